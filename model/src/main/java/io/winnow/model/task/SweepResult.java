package io.winnow.model.task;

/**
 * What a training sweep came to.
 *
 * @param outcome whether it ran to its end; a cancelled sweep has no loss, and what layers it
 *     handed over is to be dropped
 * @param loss the micro-batch's share of the step's mean; may be NaN or infinite
 * @param tokens that are not padding
 * @param cost of the sweep
 */
public record SweepResult(Outcome outcome, double loss, int tokens, Cost cost) {
  /** How a sweep ends. */
  public enum Outcome {
    COMPLETED,
    CANCELLED
  }

  /** Matrix products and their floating-point operations. */
  public record Cost(long products, long operations) {
    Cost since(Cost before) {
      return new Cost(products - before.products, operations - before.operations);
    }
  }
}
