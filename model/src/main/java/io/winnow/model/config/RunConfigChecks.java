package io.winnow.model.config;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.train.Budget;
import io.winnow.model.train.HeadSize;
import io.winnow.model.train.SelectionSettings;
import io.winnow.model.train.TripletSettings;
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

  /** More triplets at the end than at the start. */
  static List<ConfigProblem> ofTargetRank(RunConfig run) {
    RunConfig.AdaLora adalora = run.selection().adalora();
    if (adalora == null || adalora.targetRank() <= run.method().rank()) {
      return List.of();
    }
    return List.of(
        new ConfigProblem(
            "adalora.target-rank",
            "" + adalora.targetRank(),
            "at most method.rank, which is " + run.method().rank(),
            "it is what heads have on average at the end; method.rank is what they begin with"));
  }

  /** Rounds that are not one after the other, the final selection last. */
  private static List<ConfigProblem> ofRounds(SelectionSettings selection) {
    List<ConfigProblem> problems = new ArrayList<>();
    for (int i = 0; i < selection.rounds().size(); i++) {
      long at = selection.rounds().get(i).at();
      boolean isLast = i + 1 == selection.rounds().size();
      long next = isLast ? selection.at() : selection.rounds().get(i + 1).at();
      if (at >= next) {
        problems.add(
            new ConfigProblem(
                "selection.rounds[" + i + "].at",
                at == SelectionSettings.NEVER ? "never" : "step " + at,
                "a step before "
                    + (isLast ? "selection.at" : "that of the next round")
                    + (next == SelectionSettings.NEVER ? "" : ", which is " + next),
                ""));
      }
    }
    return problems;
  }

  /**
   * What does not fit the heads of the model: a budget in which not even one of them fits, or too
   * few heads to halve their number.
   *
   * @param heads all heads of the run, at their initial rank
   */
  public static List<ConfigProblem> againstHeads(RunConfig run, List<AdapterSpec> heads) {
    List<Long> sizes =
        heads.stream().map(h -> new HeadSize(h.rank(), h.in(), h.out()).parameters()).toList();
    long smallest = sizes.stream().mapToLong(Long::longValue).min().orElse(0);
    long all = sizes.stream().mapToLong(Long::longValue).sum();
    long limit = run.selection().budget().limit(all).parameters();
    if (limit < smallest) {
      boolean isShare = run.selection().budget() instanceof Budget.Fraction;
      return List.of(
          new ConfigProblem(
              isShare ? "method.keep-fraction" : "method.keep-parameters",
              "a budget of " + limit + " parameters",
              "at least " + smallest + ", the size of the smallest head, of " + all + " in all",
              ""));
    }
    if (run.selection().expansion() != null && heads.size() < 2) {
      return List.of(
          new ConfigProblem(
              "method.name",
              "weightlora+ halves the number of heads, but the model has " + heads.size(),
              "a wider method.target-modules",
              ""));
    }
    RunConfig.AdaLora adalora = run.selection().adalora();
    if (adalora != null && adalora.targetRank() * heads.size() < 1) {
      return List.of(
          new ConfigProblem(
              "adalora.target-rank",
              "less than one triplet for " + heads.size() + " heads together",
              "more than 1 / " + heads.size(),
              ""));
    }
    return List.of();
  }

  /** A budget that has no time to fall, or never reaches its target. */
  private static List<ConfigProblem> ofTriplets(TripletSettings triplets, long totalSteps) {
    if (triplets.rest() < 1) {
      return List.of(
          new ConfigProblem(
              "adalora.rest", "no steps", "at least one step, which has the target", ""));
    }
    long beyond = totalSteps - triplets.rest();
    return triplets.warmup() < beyond
        ? List.of()
        : List.of(
            new ConfigProblem(
                "adalora.warmup",
                triplets.warmup() + " steps, and " + triplets.rest() + " of adalora.rest",
                "together less than " + totalSteps + ", the steps of this run",
                ""));
  }

  /** Steps that lie beyond the end of a run of {@code totalSteps}. */
  public static List<ConfigProblem> againstSteps(RunConfig run, long totalSteps) {
    List<ConfigProblem> problems = new ArrayList<>();
    String expected = "at most " + totalSteps + ", the steps of this run";
    SelectionSettings selection = run.selection().resolve(totalSteps);
    if (selection.at() != SelectionSettings.NEVER && selection.at() > totalSteps) {
      String path = selection.expansion() == null ? "selection.at" : "expansion.every";
      String found = selection.expansion() == null ? "step " : "the last expansion at step ";
      problems.add(new ConfigProblem(path, found + selection.at(), expected, ""));
    }
    problems.addAll(ofRounds(selection));
    if (selection.triplets() != null) {
      problems.addAll(ofTriplets(selection.triplets(), totalSteps));
    }
    int last = selection.rounds().size() - 1;
    if (last >= 0 && selection.rounds().get(last).at() > totalSteps) {
      problems.add(
          new ConfigProblem("selection.rounds[" + last + "].at", "beyond the end", expected, ""));
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
