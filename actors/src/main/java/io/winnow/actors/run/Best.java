package io.winnow.actors.run;

import io.winnow.model.config.RunConfig;
import java.util.Map;

/** Which evaluation is the best one. */
final class Best {
  private Best() {}

  /** True for the first evaluation, and for one that is strictly better than the best so far. */
  static boolean isBetter(
      RunConfig.Training.Metric metric, Map<String, Double> found, Progress progress) {
    Double value = found.get(metric.name());
    if (value == null) {
      throw new IllegalStateException(
          "the best checkpoint is chosen by '"
              + metric.name()
              + "', but the evaluation gives "
              + found.keySet());
    }
    if (value.isNaN()) {
      return false;
    }
    if (progress.bestVersion() < 0) {
      return true;
    }
    double best = progress.bestMetrics().get(metric.name());
    return metric.higherIsBetter() ? value > best : value < best;
  }
}
