package io.winnow.model.compute;

/**
 * A dropout mask that is never stored: the counter hash of (key, group) has four lanes of 15 bits,
 * one for each of the group's four elements, and an element is dropped when its lane is below
 * {@code threshold}; the others are scaled by 1 / (1 - p) with p = threshold / 32768.
 */
public record DropMask(long key, int threshold) {
  /** Drops nothing. */
  public static final DropMask NONE = new DropMask(0, 0);

  private static final int LEVELS = 1 << 15;
  private static final long EACH_LANE = 0x0001_0001_0001_0001L;

  /** Brings bits 0, 16, 32 and 48 to bits 60 to 63; no other products of bits meet there. */
  private static final long GATHER = 1L << 60 | 1L << 45 | 1L << 30 | 1L << 15;

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

  /** Which of a group's four elements stay, as four bits. */
  int kept(long group) {
    long lanes = CounterHash.bits(key, group) & EACH_LANE * (LEVELS - 1);
    long carried = lanes + EACH_LANE * (LEVELS - threshold); // bit 15: the lane reaches threshold
    return (int) ((carried >>> 15 & EACH_LANE) * GATHER >>> 60);
  }
}
