package io.winnow.protocol;

import java.util.Map;
import java.util.TreeMap;

/**
 * One line of metrics.jsonl: a training step ({@code metrics} empty) or an evaluation (metrics by
 * name, taken after step {@code step}).
 */
public record MetricsRow(
    Kind kind,
    long step,
    double loss,
    double lr,
    double omegaLr,
    double gradNorm,
    long tokens,
    double seconds,
    int kept,
    boolean skipped,
    Map<String, Double> metrics) {
  /** What the row is about. */
  public enum Kind {
    STEP,
    EVALUATION
  }

  public MetricsRow {
    metrics = java.util.Collections.unmodifiableMap(new TreeMap<>(metrics));
  }
}
