package io.winnow.protocol;

import java.util.List;

/**
 * What a run tells those who watch it. Events in the past tense; none is needed for correctness.
 */
public sealed interface RunEvent extends Wire {
  /** The run that speaks. */
  RunId run();

  /** The answer to each Attach: how the run stands now. */
  record Attached(RunId run, RunView view) implements RunEvent {}

  /** An attempt began from this version; what came after it is done again. */
  record AttemptBegan(RunId run, long attempt, long version, long totalSteps, String reason)
      implements RunEvent {}

  /** A training step was applied on all layers. */
  record StepDone(RunId run, MetricsRow row) implements RunEvent {}

  /** An evaluation came in. */
  record EvaluationDone(RunId run, MetricsRow row, boolean isBest) implements RunEvent {}

  /** Heads were disconnected for good. */
  record HeadsPruned(RunId run, long step, List<HeadView> heads) implements RunEvent {
    public HeadsPruned {
      heads = List.copyOf(heads);
    }
  }

  /** A checkpoint counts: it will survive anything that the store survives. */
  record CheckpointDone(RunId run, long version, long bytes) implements RunEvent {}

  /** A setting changed from this step on. */
  record SettingChanged(RunId run, long step, String path, String value) implements RunEvent {}

  /** A worker was refused or lost; the run goes on. */
  record WorkerNote(RunId run, String note) implements RunEvent {}

  /** The run stands still until it is resumed. */
  record RunPaused(RunId run, long version, String reason) implements RunEvent {}

  /** The run is over. */
  record RunFinished(RunId run, RunSummary summary) implements RunEvent {}
}
