package io.winnow.actors.run;

import io.winnow.model.config.RunConfig;

/**
 * How long a run has waited for a better evaluation.
 *
 * @param best the best value of the metric among the evaluations that count; NaN = none was a
 *     number
 * @param spent evaluations in a row that did not improve it by more than the configured amount
 */
public record Patience(double best, int spent) {
  /** Before the first evaluation that counts. */
  static final Patience FRESH = new Patience(Double.NaN, 0);

  /** After one more evaluation; what is no number improves nothing. */
  Patience after(double value, RunConfig.Training training) {
    if (Double.isNaN(best) || Double.isNaN(value)) {
      return new Patience(Double.isNaN(best) ? value : best, Double.isNaN(value) ? spent + 1 : 0);
    }
    double gain = training.best().higherIsBetter() ? value - best : best - value;
    boolean isImproved = gain > training.earlyStopping().minDelta();
    return new Patience(gain > 0 ? value : best, isImproved ? 0 : spent + 1);
  }
}
