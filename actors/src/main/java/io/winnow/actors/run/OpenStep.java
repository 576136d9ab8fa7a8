package io.winnow.actors.run;

import io.winnow.model.train.LayerReport;
import io.winnow.model.train.Sampler;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.SweepReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A step whose micro-batches are swept and that is not decided yet: its board, the layers' reports,
 * and what its sweeps computed on. Confined to the step loop.
 */
final class OpenStep {
  /** Whether later steps may be opened before this one is applied. */
  enum Ahead {
    /** Nothing but the window's size is in the way. */
    FREE,
    /**
     * Something is due after this step that must see all layers at its version, and nothing more.
     */
    CLOSED
  }

  private final Board board;
  private final Sampler.Position next;
  private final Ahead ahead;
  private final long beganNanos = System.nanoTime();
  private final Map<String, LayerReport> reports = new HashMap<>();
  private final Map<Integer, Long> used = new HashMap<>();

  /**
   * @param next where the examples of the step after it begin
   */
  OpenStep(Board board, Sampler.Position next, Ahead ahead) {
    this.board = board;
    this.next = next;
    this.ahead = ahead;
  }

  Board board() {
    return board;
  }

  long number() {
    return board.step();
  }

  Sampler.Position next() {
    return next;
  }

  Ahead ahead() {
    return ahead;
  }

  long beganNanos() {
    return beganNanos;
  }

  /** A sweep of it is done; false if that micro-batch was done already. */
  boolean finish(SweepReply.Finished finished) {
    boolean isFirst = board.finish(finished.microBatch(), finished.loss(), finished.cost());
    if (isFirst) {
      used.put(finished.microBatch(), finished.version());
    }
    return isFirst;
  }

  void report(LayerReport report) {
    reports.putIfAbsent(report.layer().name(), report);
  }

  boolean hasReported(String layer) {
    return reports.containsKey(layer);
  }

  List<LayerReport> reports() {
    return List.copyOf(reports.values());
  }

  /** Whether every micro-batch is done and so many layers have all gradients. */
  boolean isIn(int layers) {
    return board.isDone() && reports.size() == layers;
  }

  /** How much older than version {@code number - 1} the parameters of its sweeps were. */
  MetricsRow.Staleness staleness() {
    var ages = used.values().stream().mapToLong(version -> number() - 1 - version);
    var found = ages.summaryStatistics();
    return new MetricsRow.Staleness(found.getAverage(), Math.max(0, found.getMax()));
  }
}
