package io.winnow.model.compute;

/**
 * A dropout mask that is never stored: element i of a row-major block is dropped when 16 bits of
 * the counter hash of (key, i) are below {@code threshold}; the others are scaled by 1 / (1 - p)
 * with p = threshold / 65536.
 */
public record DropMask(long key, int threshold) {
  /** Drops nothing. */
  public static final DropMask NONE = new DropMask(0, 0);

  private static final int LEVELS = 1 << 16;

  /** The mask of one site: each element is dropped with probability p. */
  public static DropMask of(long key, float p) {
    return new DropMask(key, Math.round(p * LEVELS));
  }

  public boolean dropsNothing() {
    return threshold == 0;
  }

  /** The mask of a part of the site that is numbered on its own. */
  public DropMask part(int index) {
    return dropsNothing() ? this : new DropMask(CounterHash.with(key, index), threshold);
  }

  /** What the kept elements are multiplied by. */
  public float scale() {
    return (float) LEVELS / (LEVELS - threshold);
  }
}
