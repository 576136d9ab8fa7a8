package io.winnow.actors.run;

import io.winnow.protocol.HeadView;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunSummary;
import io.winnow.protocol.RunView;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is, for those who ask. It follows from what the step loop says and from the
 * journal, and nothing follows from it. Confined to the coordinator.
 */
final class Standing {
  private long step;
  private long totalSteps;
  private int heads;
  private int kept;
  private long parameters;
  private long skippedSteps;
  private long dropped;
  private long handOffs;
  private @Nullable MetricsRow last;
  private @Nullable MetricsRow evaluation;

  /** An attempt begins: what came after its checkpoint is done again. */
  void began(RunPlan plan, Progress progress) {
    step = progress.version();
    totalSteps = plan.totalSteps();
    heads = plan.sweep().trainable().adapters().size();
    skippedSteps = progress.skippedSteps();
    dropped = 0;
  }

  /** What the step loop counted before its next step. */
  void tallied(StepLoopReport.Tally tally) {
    kept = tally.kept();
    parameters = tally.parameters();
    dropped = tally.dropped();
  }

  /** A layer was moved, and took up what was handed off. */
  void moved() {
    handOffs++;
  }

  /** What subscribers are told. */
  void happened(RunEvent event) {
    if (event instanceof RunEvent.StepDone done) {
      last = done.row();
      step = last.step();
      kept = last.kept();
      skippedSteps += last.skipped() ? 1 : 0;
    } else if (event instanceof RunEvent.EvaluationDone done) {
      evaluation = done.row();
    }
  }

  /** The answer to who asks now. */
  RunStanding of(RunState state, RunView view) {
    RunSummary summary = state.summary();
    if (summary != null) {
      return finished(view, summary);
    }
    Progress counted = state.progress();
    boolean isFresh = totalSteps == 0 && counted != null; // no attempt since it was started
    return new RunStanding(
        view,
        isFresh ? counted.version() : step,
        totalSteps,
        heads,
        kept,
        parameters,
        isFresh ? counted.skippedSteps() : skippedSteps,
        dropped,
        handOffs,
        last,
        evaluation);
  }

  private RunStanding finished(RunView view, RunSummary summary) {
    return new RunStanding(
        view,
        summary.steps(),
        Math.max(totalSteps, summary.steps()),
        summary.heads().size(),
        (int) summary.heads().stream().filter(HeadView::kept).count(),
        summary.trainableAfter(),
        summary.skippedSteps(),
        dropped,
        handOffs,
        last,
        evaluation);
  }
}
