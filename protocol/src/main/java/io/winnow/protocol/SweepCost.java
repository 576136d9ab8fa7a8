package io.winnow.protocol;

/**
 * What a sweep cost: tokens, matrix products and their floating operations, nanoseconds, and bytes
 * of parameters fetched and gradients sent for it.
 */
public record SweepCost(long tokens, long products, long flops, long nanos, long bytes) {
  /** Nothing. */
  public static final SweepCost ZERO = new SweepCost(0, 0, 0, 0, 0);

  /** A sweep for which nothing travelled. */
  public SweepCost(long tokens, long products, long flops, long nanos) {
    this(tokens, products, flops, nanos, 0);
  }

  /** Both together. */
  public SweepCost plus(SweepCost other) {
    return new SweepCost(
        tokens + other.tokens,
        products + other.products,
        flops + other.flops,
        nanos + other.nanos,
        bytes + other.bytes);
  }
}
