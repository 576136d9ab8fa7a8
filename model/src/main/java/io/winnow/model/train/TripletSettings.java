package io.winnow.model.train;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * How many triplets AdaLoRA keeps, and when; {@link TripletBudget} says what the steps mean.
 *
 * @param targetRank triplets per head at the end, on average
 */
public record TripletSettings(double targetRank, long warmup, long rest, long every) {
  /**
   * Triplets of so many heads at the end: targetRank times heads, rounded down, at least 1. In
   * decimal, as 0.29 times 100 is 28.999... in binary.
   */
  public int target(int heads) {
    return Math.max(
        1,
        BigDecimal.valueOf(targetRank)
            .multiply(BigDecimal.valueOf(heads))
            .setScale(0, RoundingMode.FLOOR)
            .intValueExact());
  }

  /** The budget of a run of so many steps whose heads have so many triplets each. */
  TripletBudget budget(List<Integer> triplets, long totalSteps) {
    int all = triplets.stream().mapToInt(Integer::intValue).sum();
    return new TripletBudget(all, target(triplets.size()), warmup, rest, every, totalSteps);
  }
}
