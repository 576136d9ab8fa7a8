package io.winnow.it;

import java.util.function.LongSupplier;

/**
 * The longest time in which a number did not grow. Steps that are computed again after a fault are
 * no rows of their own, so they count as time without progress.
 */
final class Progress {
  private final LongSupplier number;
  private long seen;
  private long sinceNanos = System.nanoTime();
  private long longestNanos;

  Progress(LongSupplier number) {
    this.number = number;
    this.seen = number.getAsLong();
  }

  /** Looks at the number; call often. */
  void look() {
    long now = number.getAsLong();
    longestNanos = Math.max(longestNanos, System.nanoTime() - sinceNanos);
    if (now > seen) {
      seen = now;
      sinceNanos = System.nanoTime();
    }
  }

  double longestSeconds() {
    return longestNanos / 1e9;
  }
}
