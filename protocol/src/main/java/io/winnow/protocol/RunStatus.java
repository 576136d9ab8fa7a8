package io.winnow.protocol;

/** Where a run stands. */
public enum RunStatus {
  UNKNOWN,
  RUNNING,
  PAUSED,
  FINISHED,
  REMOVED,
  /** It would run, and waits until there is room for it. */
  QUEUED;

  /** Whether there is such a run. */
  public boolean isKnown() {
    return this != UNKNOWN && this != REMOVED;
  }
}
