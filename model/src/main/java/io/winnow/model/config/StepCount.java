package io.winnow.model.config;

import io.winnow.model.train.SelectionSettings;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A number of optimizer steps as a person writes it: a count, a share of the whole run, or never.
 */
public sealed interface StepCount {

  /** So many steps. */
  record Steps(long count) implements StepCount {}

  /** So many percent of the run's steps, rounded up; at least one step unless 0 percent. */
  record Share(double percent) implements StepCount {}

  /** A step that does not come. */
  record Never() implements StepCount {}

  /** So many steps. */
  static StepCount of(long steps) {
    return new Steps(steps);
  }

  /** So many percent of the run. */
  static StepCount percent(double percent) {
    return new Share(percent);
  }

  /** A step that does not come. */
  static StepCount never() {
    return new Never();
  }

  /** The step in a run of {@code totalSteps}; {@link SelectionSettings#NEVER} for never. */
  default long resolve(long totalSteps) {
    if (this instanceof Steps steps) {
      return steps.count();
    }
    if (this instanceof Share share) {
      // in decimal: 7 % of 100 steps is 7, not the 8 that 0.07 * 100 in binary rounds up to
      return BigDecimal.valueOf(share.percent())
          .multiply(BigDecimal.valueOf(totalSteps))
          .movePointLeft(2)
          .setScale(0, RoundingMode.CEILING)
          .longValueExact();
    }
    return SelectionSettings.NEVER;
  }
}
