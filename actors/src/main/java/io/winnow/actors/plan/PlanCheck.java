package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelFolder;
import java.util.ArrayList;
import java.util.List;

/** What config.json alone tells about a run, before any weight is read. */
public final class PlanCheck {
  /** Outputs of the head where they are counted later; no check depends on their number. */
  private static final int ANY_OUTPUTS = 2;

  private final RunConfig config;
  private final JsonNode modelConfig;

  private PlanCheck(RunConfig config, JsonNode modelConfig) {
    this.config = config;
    this.modelConfig = modelConfig;
  }

  /** Reads config.json and the header of the weights. */
  static PlanCheck of(RunConfig config) {
    try (ModelFolder folder = ModelFolder.open(config.model().path())) {
      return new PlanCheck(config, folder.config());
    }
  }

  Architecture architecture(int outputs) {
    return Architecture.of(modelConfig, outputs);
  }

  /** What a run trains; the number of its outputs does not matter for heads. */
  public static TrainableSpec trainable(RunConfig config, int outputs) {
    return TrainableSpecs.of(of(config).architecture(outputs), config);
  }

  /** Tokens that the model of a run knows. */
  public static int vocabulary(RunConfig config) {
    return of(config).vocabulary();
  }

  int vocabulary() {
    return modelConfig.path("vocab_size").asInt();
  }

  /** Everything that is wrong, in words; empty = nothing was found. Reads the data, no weights. */
  public static List<String> problems(RunConfig config) {
    List<String> problems = new ArrayList<>();
    try {
      PlanCheck check = of(config);
      collect(problems, () -> TrainableSpecs.of(check.architecture(ANY_OUTPUTS), config));
      collect(problems, () -> TaskData.read(config, check.vocabulary()));
    } catch (UserProblem problem) {
      problems.add(problem.getMessage());
    }
    return problems;
  }

  private static void collect(List<String> problems, Runnable check) {
    try {
      check.run();
    } catch (UserProblem problem) {
      problems.add(problem.getMessage());
    }
  }
}
