package io.winnow.model.train;

import io.winnow.model.compute.CounterHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Draws the examples of each optimizer step: every epoch is a fresh permutation, cut into steps of
 * batchSize (the last one of an epoch may be smaller). Its only state is the {@link Position}, so
 * that order never depends on workers; the order of an epoch is a function of (seed, epoch).
 *
 * <p>A sampler {@link #byLength} sorts each window of {@value #WINDOW_STEPS} steps of the
 * permutation by length before it is cut, and puts the window's steps into random order again.
 */
public final class Sampler {
  /** Steps among whose examples similar lengths are looked for, as in Hugging Face's Trainer. */
  private static final int WINDOW_STEPS = 50;

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
  private final int @Nullable [] lengths;
  private long orderedEpoch = -1;
  private int[] order = {};

  /**
   * @param size number of examples, at least 1
   */
  public Sampler(long seed, int size, int batchSize) {
    this(seed, size, batchSize, null);
  }

  private Sampler(long seed, int size, int batchSize, int @Nullable [] lengths) {
    this.seed = seed;
    this.size = size;
    this.batchSize = batchSize;
    this.lengths = lengths;
  }

  /**
   * A sampler whose steps have examples of similar length, the longest first.
   *
   * @param lengths tokens of each example; at least one example
   */
  public static Sampler byLength(long seed, int[] lengths, int batchSize) {
    return new Sampler(seed, lengths.length, batchSize, lengths.clone());
  }

  /** Optimizer steps of one epoch. */
  public static long stepsPerEpoch(int size, int batchSize) {
    return (size + batchSize - 1L) / batchSize;
  }

  /** The examples of the step that begins at a position. */
  public Draw draw(Position at) {
    if (orderedEpoch != at.epoch()) {
      order = lengths == null ? permutation(at.epoch()) : grouped(at.epoch(), lengths);
      orderedEpoch = at.epoch();
    }
    int count = Math.min(batchSize, size - at.offset());
    int[] examples = Arrays.copyOfRange(order, at.offset(), at.offset() + count);
    int end = at.offset() + count;
    Position next = end == size ? new Position(at.epoch() + 1, 0) : new Position(at.epoch(), end);
    return new Draw(examples, next);
  }

  private int[] permutation(long epoch) {
    return shuffled(size, Randomness.SAMPLER.key(seed, epoch));
  }

  /** The permutation, window by window by length. */
  private int[] grouped(long epoch, int[] lengths) {
    int[] permutation = permutation(epoch);
    int[] grouped = new int[size];
    long window = Math.min((long) WINDOW_STEPS * batchSize, size);
    for (int from = 0; from < size; from += (int) window) {
      int to = (int) Math.min(size, from + window);
      int[] sorted = longestFirst(Arrays.copyOfRange(permutation, from, to), lengths);
      shuffleSteps(sorted, Randomness.SAMPLER.key(seed, epoch, from), grouped, from);
    }
    return grouped;
  }

  /** Of equal lengths, the one that comes first in the permutation comes first. */
  private static int[] longestFirst(int[] examples, int[] lengths) {
    long[] keys = new long[examples.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) -lengths[examples[i]] << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> examples[(int) key]).toArray();
  }

  /** Whole steps in random order; what is left over stays last, where the epoch's short step is. */
  private void shuffleSteps(int[] sorted, long key, int[] target, int at) {
    int whole = sorted.length / batchSize;
    int[] steps = shuffled(whole, key);
    for (int i = 0; i < whole; i++) {
      System.arraycopy(sorted, steps[i] * batchSize, target, at + i * batchSize, batchSize);
    }
    int rest = whole * batchSize;
    System.arraycopy(sorted, rest, target, at + rest, sorted.length - rest);
  }

  /** 0 to count - 1 by Fisher-Yates with counter-based draws. */
  private static int[] shuffled(int count, long key) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int i = count - 1; i > 0; i--) {
      int j = (int) CounterHash.below(key, i, i + 1L);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
