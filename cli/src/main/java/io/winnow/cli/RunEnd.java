package io.winnow.cli;

/** How the work on a run ended in this process. */
public sealed interface RunEnd {
  /** All steps are done. */
  record Finished(RunResults results) implements RunEnd {}

  /** The run paused itself, or was paused. */
  record Paused(long step, String reason) implements RunEnd {}

  /** This process was asked to stop; the run can be resumed from {@code checkpoint}. */
  record Stopped(long step, long checkpoint) implements RunEnd {}
}
