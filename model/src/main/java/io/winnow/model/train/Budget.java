package io.winnow.model.train;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How much may stay after a selection. */
public sealed interface Budget {
  /** So many heads. */
  record Heads(int count) implements Budget {}

  /** Heads that together have at most so many trainable values, omega included. */
  record Parameters(long values) implements Budget {}

  /**
   * Heads that together have at most this share of the trainable values that the heads had at the
   * start of the run.
   *
   * @param share above 0, at most 1
   */
  record Fraction(double share) implements Budget {
    /**
     * Rounded down; 29 % of 100 is 29, as the share is taken as the decimal that it was written.
     */
    private long of(long whole) {
      return BigDecimal.valueOf(share)
          .multiply(BigDecimal.valueOf(whole))
          .setScale(0, RoundingMode.FLOOR)
          .longValueExact();
    }
  }

  /** Both limits of a budget; the one it does not have is {@link Long#MAX_VALUE}. */
  record Limit(long heads, long parameters) {
    /** Just a number of heads. */
    public static Limit ofHeads(long heads) {
      return new Limit(heads, Long.MAX_VALUE);
    }
  }

  /** The limits for a run whose heads had so many trainable values at its start. */
  default Limit limit(long parametersAtStart) {
    if (this instanceof Heads heads) {
      return Limit.ofHeads(heads.count());
    }
    long parameters =
        this instanceof Parameters exact ? exact.values() : ((Fraction) this).of(parametersAtStart);
    return new Limit(Long.MAX_VALUE, parameters);
  }
}
