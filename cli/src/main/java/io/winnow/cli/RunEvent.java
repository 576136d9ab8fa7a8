package io.winnow.cli;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What happens in a run, as its user is told. Steps count from 1. */
public sealed interface RunEvent {

  /**
   * The run begins or goes on.
   *
   * @param fromStep steps that are done already; 0 for a new run
   * @param heads LoRA heads at the start of the run
   * @param workers compute slots
   */
  record Started(String run, long fromStep, long totalSteps, int heads, int workers)
      implements RunEvent {}

  /**
   * One optimizer step was applied.
   *
   * @param tokens tokens of the step, padding excluded
   * @param seconds wall time of the step
   * @param kept heads still connected
   * @param staleness versions by which its sweeps' parameters were older than its own, on average;
   *     NaN in synchronous mode
   */
  record StepDone(
      long step,
      long totalSteps,
      double loss,
      double lr,
      double omegaLr,
      double gradNorm,
      long tokens,
      double seconds,
      int kept,
      double staleness)
      implements RunEvent {}

  /** A step changed nothing because a loss or gradient was no finite number. */
  record StepSkipped(long step, String reason) implements RunEvent {}

  /** Validation; {@code best} if no evaluation before was better. */
  record Evaluated(long step, SortedMap<String, Double> metrics, boolean best)
      implements RunEvent {}

  /** The selection was made final; module paths in model order. */
  record Selected(long step, List<String> kept, List<String> dropped) implements RunEvent {}

  /** Dropped heads have been freed, with their optimizer state. */
  record Pruned(long step, long parameters, long bytes) implements RunEvent {}

  /** A checkpoint is whole and is what a recovery would start from. */
  record CheckpointCounted(long step) implements RunEvent {}

  /** The run goes back to a checkpoint and on. */
  record Recovered(int attempt, long fromStep, String reason) implements RunEvent {}

  /** Settings changed by command; they hold from {@code step}. */
  record Steered(long step, Map<String, String> set) implements RunEvent {}

  /** The run stands still until it is resumed. */
  record Paused(long step, String reason) implements RunEvent {}
}
