package io.winnow.model.train;

/**
 * How many triplets of all heads together may have a lambda that is not 0 (AdaLoRA, equation 12):
 * at first all, then falling with the third power of the time that is left, at last the target.
 *
 * @param initial triplets at the start
 * @param target triplets at the end
 * @param warmup t_init: steps before the budget falls
 * @param rest t_final: steps at the end with the target
 * @param every delta_T: steps from one selection to the next while it falls
 * @param totalSteps optimizer steps of the run
 */
public record TripletBudget(
    int initial, int target, long warmup, long rest, long every, long totalSteps) {
  public TripletBudget {
    if (target < 1 || target > initial || every < 1 || warmup + rest >= totalSteps) {
      throw new IllegalStateException(
          String.format(
              "budget from %d to %d triplets, every %d steps after %d and before %d of %d",
              initial, target, every, warmup, rest, totalSteps));
    }
  }

  /** Triplets after a 1-based step, rounded down. */
  public int at(long step) {
    if (step <= warmup) {
      return initial;
    } else if (isAtRest(step)) {
      return target;
    }
    double left = 1 - (double) (step - warmup) / (totalSteps - rest - warmup);
    return (int) (left * left * left * (initial - target) + target);
  }

  /** Whether triplets are selected at a step: every {@code every}, and at each one of the rest. */
  public boolean isDue(long step) {
    return step > warmup && (isAtRest(step) || step % every == 0);
  }

  /** Whether a step is one of the last ones, which all have the target. */
  public boolean isAtRest(long step) {
    return step > totalSteps - rest;
  }

  /**
   * Whether a step counts in the importance of triplets. That of the last step before the rest does
   * not either, as in the authors' code.
   */
  public boolean importanceMoves(long step) {
    return step < totalSteps - rest;
  }
}
