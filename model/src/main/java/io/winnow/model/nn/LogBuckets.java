package io.winnow.model.nn;

import io.winnow.model.compute.RelativeIndex;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa's buckets of relative positions: with m = buckets / 2, distances up to m have one each;
 * beyond,
 *
 * <pre>
 *   bucket(d) = sign(d) (m + ceil(ln(|d| / m) / ln((farthest - 1) / m) (m - 1)))
 *   col(d)    = clamp(bucket(d) + span, 0, 2 span - 1)
 * </pre>
 *
 * Without buckets (0) the distance is its own bucket.
 */
public final class LogBuckets {
  private final int buckets;
  private final int farthest;
  private final int span;
  private @Nullable RelativeIndex last;

  /**
   * The buckets of a model.
   *
   * @param buckets 0 = none
   * @param farthest distance from which on all share one bucket
   */
  public LogBuckets(int buckets, int farthest) {
    this.buckets = buckets;
    this.farthest = farthest;
    this.span = buckets > 0 ? buckets : farthest;
  }

  /** Rows of the embedding table are 2 * span. */
  public int span() {
    return span;
  }

  /** Bucket of distance d = i - j. */
  public int bucket(int d) {
    int middle = buckets / 2;
    int distance = Math.abs(d);
    if (buckets == 0 || distance <= middle) {
      return d;
    }
    double spread = StrictMath.log((double) (farthest - 1) / middle);
    double ratio = StrictMath.log((double) distance / middle) / spread;
    return Integer.signum(d) * (middle + (int) StrictMath.ceil(ratio * (middle - 1)));
  }

  /** Row of the table for distance d. */
  public int row(int d) {
    return Math.min(Math.max(bucket(d) + span, 0), 2 * span - 1);
  }

  /** First row of the table that sequences of this length use. */
  public int lowestRow(int length) {
    return row(1 - length);
  }

  /** Columns by distance, counted from the lowest row. */
  public RelativeIndex index(int length) {
    if (last == null || last.length() != length) {
      int[] column = new int[2 * length - 1];
      for (int d = 1 - length; d < length; d++) {
        column[d + length - 1] = row(d) - lowestRow(length);
      }
      last = new RelativeIndex(length, column[column.length - 1] + 1, column);
    }
    return last;
  }
}
