package io.winnow.protocol;

/**
 * Names a stored checkpoint: the attempt that wrote it and the version (optimizer step) that it is
 * of. An attempt writes a version at most once, so what is stored under an id never changes.
 */
public record CheckpointId(long attempt, long version) implements Comparable<CheckpointId> {
  /** Before the first step: nothing is stored, the state is drawn from the seed. */
  public static final CheckpointId START = new CheckpointId(0, 0);

  @Override
  public int compareTo(CheckpointId other) {
    int byVersion = Long.compare(version, other.version);
    return byVersion != 0 ? byVersion : Long.compare(attempt, other.attempt);
  }
}
