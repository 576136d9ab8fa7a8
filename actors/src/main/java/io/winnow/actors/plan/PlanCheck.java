package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigChecks;
import io.winnow.model.io.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What config.json and headers tell about a run, before any weight is read. */
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
    return inModel(() -> Architecture.of(modelConfig, TaskHead.sequence(outputs)));
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
    return modelConfig.path("vocab_size").asInt(Integer.MAX_VALUE); // absent: architecture refuses
  }

  /** Everything that is wrong; empty = nothing was found. Reads the data, no weights. */
  public static List<UserProblem> problems(RunConfig config) {
    List<UserProblem> problems = new ArrayList<>();
    try (ModelFolder folder = ModelFolder.open(config.model().path())) {
      new PlanCheck(config, folder.config()).collect(folder, problems);
    } catch (UserProblem problem) {
      problems.add(problem);
    }
    return problems;
  }

  private void collect(ModelFolder folder, List<UserProblem> problems) {
    TaskData data = found(problems, () -> TaskData.read(config, vocabulary()));
    int outputs = data == null ? ANY_OUTPUTS : data.outputs();
    Architecture architecture = found(problems, () -> architecture(outputs));
    if (architecture != null) {
      found(problems, () -> FolderPlanner.trainable(architecture, config));
      found(problems, () -> inModel(() -> complete(architecture, folder)));
    }
    if (data != null) {
      long steps = config.training().totalSteps(data.train().size());
      RunConfigChecks.againstSteps(config, steps)
          .forEach(problem -> problems.add(UserProblem.usage(problem.toString())));
    }
  }

  private static Architecture complete(Architecture architecture, ModelFolder folder) {
    FrozenBase.requireComplete(architecture, folder);
    return architecture;
  }

  /** Says which folder it is that does not fit. */
  private <T> T inModel(Supplier<T> check) {
    try {
      return check.get();
    } catch (UserProblem problem) {
      throw UserProblem.failure(config.model().path() + ": " + problem.getMessage(), problem);
    }
  }

  /** What a check gives, or null where it finds a problem. */
  private static <T> @Nullable T found(List<UserProblem> problems, Supplier<T> check) {
    try {
      return check.get();
    } catch (UserProblem problem) {
      problems.add(problem);
      return null;
    }
  }
}
