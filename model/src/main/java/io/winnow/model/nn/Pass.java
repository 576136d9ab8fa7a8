package io.winnow.model.nn;

import java.util.function.BooleanSupplier;

/**
 * One forward (and backward) sweep.
 *
 * @param key the randomness of this sweep; each dropout site folds its own number into it
 * @param cancelled asked between layers; once true, the sweep ends without a result
 */
public record Pass(Mode mode, long key, BooleanSupplier cancelled) {
  /** What a sweep is for. */
  public enum Mode {
    /** No dropout; nothing is kept for a backward sweep. */
    EVALUATE,
    /** No dropout; a backward sweep follows. */
    GRADIENTS,
    /** Dropout; a backward sweep follows. */
    TRAIN
  }

  /** A sweep that nobody cancels. */
  public static Pass of(Mode mode, long key) {
    return new Pass(mode, key, () -> false);
  }

  public boolean keepsTape() {
    return mode != Mode.EVALUATE;
  }
}
