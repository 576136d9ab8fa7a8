package io.winnow.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One line of metrics.jsonl: a training step ({@code metrics} empty) or an evaluation (metrics by
 * name, taken after step {@code step}).
 *
 * @param bytes of parameters and gradients that travelled for the step
 * @param heads how the heads stood after the step; null where that is not told at every step
 * @param staleness of the parameters that the step's sweeps computed on; null in synchronous mode
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
    Map<String, Double> metrics,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long bytes,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HeadsTrace heads,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Staleness staleness) {
  /**
   * How many versions older than the step's own its sweeps' parameters were.
   *
   * @param mean over the micro-batches of the step
   */
  public record Staleness(double mean, long max) {}

  /** What the row is about. */
  public enum Kind {
    STEP,
    EVALUATION
  }

  /** A row that tells nothing of what travelled and of the heads. */
  public MetricsRow(
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
    this(
        kind, step, loss, lr, omegaLr, gradNorm, tokens, seconds, kept, skipped, metrics, 0, null,
        null);
  }

  public MetricsRow {
    metrics = java.util.Collections.unmodifiableMap(new TreeMap<>(metrics));
  }
}
