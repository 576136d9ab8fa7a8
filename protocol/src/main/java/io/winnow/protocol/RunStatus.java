package io.winnow.protocol;

/** Where a run stands. */
public enum RunStatus {
  UNKNOWN,
  RUNNING,
  PAUSED,
  FINISHED,
  REMOVED;

  /** Whether there is such a run. */
  public boolean isKnown() {
    return this != UNKNOWN && this != REMOVED;
  }

  /** Whether the registry keeps it running. */
  public boolean isUnfinished() {
    return this == RUNNING;
  }
}
