package io.winnow.actors.plan;

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
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What config.json and headers tell about a run, before any weight is read. */
public final class PlanCheck {
  /** Classes where they are counted later; no check depends on their number. */
  private static final List<String> ANY_LABELS = List.of("0", "1");

  private final RunConfig config;
  private final ModelFacts model;

  private PlanCheck(RunConfig config, ModelFacts model) {
    this.config = config;
    this.model = model;
  }

  /** Reads config.json and the header of the weights. */
  static PlanCheck of(RunConfig config) {
    return new PlanCheck(config, ModelFacts.of(config.model().path()));
  }

  Architecture architecture(TaskHead head) {
    return inModel(() -> Architecture.of(model.config(), head));
  }

  ModelFacts model() {
    return model;
  }

  /** What a run trains; the number of its outputs does not matter for heads. */
  public static TrainableSpec trainable(RunConfig config, TaskHead head) {
    return TrainableSpecs.of(of(config).architecture(head), config, StartingPoint.of(config));
  }

  /** Everything that is wrong; empty = nothing was found. Reads the data, no weights. */
  public static List<UserProblem> problems(RunConfig config) {
    List<UserProblem> problems = new ArrayList<>();
    try (ModelFolder folder = ModelFolder.open(config.model().path())) {
      new PlanCheck(config, new ModelFacts(config.model().path(), folder.config()))
          .collect(folder, problems);
    } catch (UserProblem problem) {
      problems.add(problem);
    }
    return problems;
  }

  /** Optimizer steps of a run. Reads the data. */
  public static long totalSteps(RunConfig config) {
    TaskData data = TaskData.read(config, ModelFacts.of(config.model().path()));
    return config.training().totalSteps(data.train().size());
  }

  /**
   * What is wrong with a run's method, where the same model and data serve another one: what its
   * heads and the length of the run tell. Reads no data.
   */
  public static List<UserProblem> problemsOfMethod(RunConfig config, long totalSteps) {
    List<UserProblem> problems = new ArrayList<>();
    PlanCheck check = of(config);
    Architecture architecture = check.architecture(TaskEncoding.head(config, ANY_LABELS));
    check.collectOfHeads(architecture, problems);
    collectOfSteps(config, totalSteps, problems);
    return problems;
  }

  private void collectOfHeads(Architecture architecture, List<UserProblem> problems) {
    List<UserProblem> start = StartingPoint.problems(config, architecture);
    problems.addAll(start);
    TrainableSpec trainable =
        start.isEmpty()
            ? found(problems, () -> FolderPlanner.trainable(architecture, config))
            : null;
    if (trainable != null) {
      RunConfigChecks.againstHeads(config, trainable.adapters()).stream()
          .map(problem -> UserProblem.usage(problem.toString()))
          .forEach(problems::add);
    }
  }

  private static void collectOfSteps(
      RunConfig config, long totalSteps, List<UserProblem> problems) {
    RunConfigChecks.againstSteps(config, totalSteps)
        .forEach(problem -> problems.add(UserProblem.usage(problem.toString())));
  }

  private void collect(ModelFolder folder, List<UserProblem> problems) {
    TaskData data = found(problems, () -> TaskData.read(config, model));
    TaskHead head = data == null ? TaskEncoding.head(config, ANY_LABELS) : data.head();
    Architecture architecture = found(problems, () -> architecture(head));
    if (architecture != null) {
      // without the data the shape of the task head is not known
      boolean isHeadKnown = data != null || config.method().startFrom() == null;
      if (isHeadKnown) {
        collectOfHeads(architecture, problems);
      }
      found(problems, () -> inModel(() -> complete(architecture, folder)));
    }
    if (config.task().kind().isLanguage()) {
      found(problems, () -> WritingSettings.of(config, Map.of()));
    }
    if (data != null && architecture != null) {
      found(problems, () -> requirePositions(architecture, data));
    }
    if (data != null) {
      collectOfSteps(config, config.training().totalSteps(data.train().size()), problems);
    }
  }

  /** A run would end at the first example that the model has no positions for. */
  private TaskData requirePositions(Architecture architecture, TaskData data) {
    requirePositions("data.max-length", data.longest(), architecture.longest());
    requirePositions("data.max-target-length", data.longestTarget(), architecture.longest());
    return data;
  }

  private void requirePositions(String setting, int tokens, int positions) {
    if (tokens > positions) {
      throw UserProblem.usage(
          "%s: the longest example has %d tokens, %s has positions for %d; set %s = %d or less"
              .formatted(setting, tokens, config.model().path(), positions, setting, positions));
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
