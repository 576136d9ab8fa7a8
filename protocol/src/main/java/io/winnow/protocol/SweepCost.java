package io.winnow.protocol;

/** What a sweep cost: tokens, matrix products and their floating operations, nanoseconds. */
public record SweepCost(long tokens, long products, long flops, long nanos) {
  /** Nothing. */
  public static final SweepCost ZERO = new SweepCost(0, 0, 0, 0);

  /** Both together. */
  public SweepCost plus(SweepCost other) {
    return new SweepCost(
        tokens + other.tokens, products + other.products, flops + other.flops, nanos + other.nanos);
  }
}
