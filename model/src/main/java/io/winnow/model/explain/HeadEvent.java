package io.winnow.model.explain;

/**
 * What happened to a head at the end of a step.
 *
 * @param fromRank before it
 * @param toRank after it; 0 where the head was disconnected for good
 */
public record HeadEvent(long step, Kind kind, int fromRank, int toRank) {
  /** What it was. */
  public enum Kind {
    /** A projection left it out; it takes part in the next one. */
    MASKED,
    /** A projection kept it after one that had not. */
    CAME_BACK,
    /** Disconnected for good. */
    PRUNED,
    GREW,
    SHRANK
  }
}
