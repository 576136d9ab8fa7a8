package io.winnow.actors.registry;

/** Who may run, and when. */
public sealed interface Admission {
  /** Every run at once: a process that was started for its runs, and counts them itself. */
  record AtOnce() implements Admission {}

  /**
   * As many runs as there is room for, the others wait.
   *
   * @param runsPerSlot runs at once for each compute slot of the cluster
   */
  record Queue(int runsPerSlot) implements Admission {
    public Queue {
      if (runsPerSlot < 1) {
        throw new IllegalArgumentException("runs per slot must be at least 1, not " + runsPerSlot);
      }
    }
  }

  /** Whether runs wait until they are let in. */
  default boolean isQueue() {
    return this instanceof Queue;
  }
}
