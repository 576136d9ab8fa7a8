package io.winnow.model.train;

import io.winnow.model.compute.CounterHash;

/**
 * Draws the examples of each optimizer step: every epoch is a fresh permutation, cut into steps of
 * batchSize (the last one of an epoch may be smaller). Its only state is the {@link Position}, so
 * that order never depends on workers; the permutation of an epoch is a function of (seed, epoch).
 */
public final class Sampler {
  /** Where the next step's examples begin: an epoch (0-based) and an offset in its permutation. */
  public record Position(long epoch, int offset) {
    /** The start of a run. */
    public static final Position START = new Position(0, 0);
  }

  /** One step's examples (indices into the data set) and the position after them. */
  public record Draw(int[] examples, Position next) {}

  private final long seed;
  private final int size;
  private final int batchSize;
  private long permutedEpoch = -1;
  private int[] permutation = {};

  /**
   * @param size number of examples, at least 1
   */
  public Sampler(long seed, int size, int batchSize) {
    this.seed = seed;
    this.size = size;
    this.batchSize = batchSize;
  }

  /** Optimizer steps of one epoch. */
  public static long stepsPerEpoch(int size, int batchSize) {
    return (size + batchSize - 1L) / batchSize;
  }

  /** The examples of the step that begins at a position. */
  public Draw draw(Position at) {
    if (permutedEpoch != at.epoch()) {
      permutation = permutation(at.epoch());
      permutedEpoch = at.epoch();
    }
    int count = Math.min(batchSize, size - at.offset());
    int[] examples = new int[count];
    System.arraycopy(permutation, at.offset(), examples, 0, count);
    int end = at.offset() + count;
    Position next = end == size ? new Position(at.epoch() + 1, 0) : new Position(at.epoch(), end);
    return new Draw(examples, next);
  }

  /** Fisher-Yates with counter-based draws. */
  private int[] permutation(long epoch) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    long key = Randomness.SAMPLER.key(seed, epoch);
    for (int i = size - 1; i > 0; i--) {
      int j = (int) CounterHash.below(key, i, i + 1L);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
