package io.winnow.model.config;

import io.winnow.model.train.SelectionSettings;
import java.util.ArrayList;
import java.util.List;

/** What concerns several sections, or can be checked only once the length of the run is known. */
public final class RunConfigChecks {
  private RunConfigChecks() {}

  /** Early stopping that no evaluation could ever bring about. */
  static List<ConfigProblem> ofEarlyStopping(RunConfig run) {
    String path = "training.early-stopping.patience";
    if (run.training().earlyStopping() == null) {
      return List.of();
    } else if (run.data().validation() == null) {
      return List.of(
          new ConfigProblem(path, "nothing is evaluated", "data.validation to be set", ""));
    } else if (run.training().evaluateEvery() instanceof StepCount.Never) {
      return List.of(
          new ConfigProblem(
              path,
              "training.evaluate-every is at-end",
              "evaluations before the end, like training.evaluate-every = \"5%\"",
              ""));
    }
    return List.of();
  }

  /** Steps that lie beyond the end of a run of {@code totalSteps}. */
  public static List<ConfigProblem> againstSteps(RunConfig run, long totalSteps) {
    List<ConfigProblem> problems = new ArrayList<>();
    String expected = "at most " + totalSteps + ", the steps of this run";
    long at = run.selection().at().resolve(totalSteps);
    if (at != SelectionSettings.NEVER && at > totalSteps) {
      problems.add(new ConfigProblem("selection.at", "step " + at, expected, ""));
    }
    long warmup = run.schedule().warmup().resolve(totalSteps);
    if (warmup > totalSteps) {
      problems.add(new ConfigProblem("schedule.warmup-steps", warmup + " steps", expected, ""));
    }
    for (int i = 0; i < run.commands().size(); i++) {
      long step = run.commands().get(i).at();
      if (step > totalSteps) {
        problems.add(new ConfigProblem("commands[" + i + "].at", "step " + step, expected, ""));
      }
    }
    return problems;
  }
}
