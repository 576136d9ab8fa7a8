package io.winnow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.client.Memory;
import io.winnow.model.explain.TracePoint;
import io.winnow.model.io.HeadsFile;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.StatusFile;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.HeadsTrace;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunSummary;
import java.util.List;
import java.util.Map;

/**
 * The files of a run's folder that follow from the store: metrics.jsonl, heads.jsonl, status.json,
 * results.json. Used by one thread.
 */
final class RunFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long STATUS_EVERY_NANOS = 1_000_000_000L;

  private final RunFolder folder;
  private final List<String> heads;
  private long step;
  private long totalSteps;
  private long statusNanos = System.nanoTime() - STATUS_EVERY_NANOS;

  /**
   * Those of a folder.
   *
   * @param heads module paths in the order of the model
   */
  RunFiles(RunFolder folder, List<String> heads) {
    this.folder = folder;
    this.heads = List.copyOf(heads);
  }

  /** The last step that was seen applied. */
  long step() {
    return step;
  }

  /** Writes metrics.jsonl and heads.jsonl anew from the rows that count. */
  void rewrite(List<MetricsRow> rows) {
    StringBuilder metrics = new StringBuilder();
    StringBuilder traces = new StringBuilder(HeadsFile.header(heads)).append('\n');
    for (MetricsRow row : rows) {
      metrics.append(line(row)).append('\n');
      trace(row).forEach(line -> traces.append(line).append('\n'));
    }
    folder.write(folder.metrics(), metrics.toString());
    folder.write(folder.heads(), traces.toString());
  }

  void on(RunEvent event) {
    if (event instanceof RunEvent.AttemptBegan began) {
      step = began.version();
      totalSteps = began.totalSteps();
      folder.truncate(began.version());
      status("training", "");
    } else if (event instanceof RunEvent.StepDone done) {
      step = done.row().step();
      folder.append(folder.metrics(), List.of(line(done.row())));
      folder.append(folder.heads(), trace(done.row()));
      if (System.nanoTime() - statusNanos > STATUS_EVERY_NANOS) {
        status("training", "");
      }
    } else if (event instanceof RunEvent.EvaluationDone done) {
      folder.append(folder.metrics(), List.of(line(done.row())));
    }
  }

  /** Replaces status.json. */
  void status(String phase, String reason) {
    statusNanos = System.nanoTime();
    new StatusFile(phase, step, totalSteps, reason).writeTo(folder);
  }

  /** One object a line; a number that is not finite is null, as JSON has none. */
  private static String line(MetricsRow row) {
    ObjectNode node = JSON.createObjectNode();
    node.put("step", row.step());
    if (row.kind() == MetricsRow.Kind.EVALUATION) {
      put(node.putObject("evaluation"), row.metrics());
      return node.toString();
    }
    number(node, "loss", row.loss());
    node.put("lr", row.lr()).put("omega_lr", row.omegaLr());
    number(node, "grad_norm", row.gradNorm());
    node.put("tokens", row.tokens()).put("seconds", row.seconds()).put("kept", row.kept());
    if (row.skipped()) {
      node.put("skipped", true);
    }
    if (row.bytes() != 0) {
      node.put("bytes", row.bytes());
    }
    return node.toString();
  }

  /** The line of a row that tells how the heads stood; none for the others. */
  private static List<String> trace(MetricsRow row) {
    HeadsTrace traced = row.heads();
    return traced == null
        ? List.of()
        : List.of(
            HeadsFile.line(
                new TracePoint(row.step(), traced.omega(), traced.ranks(), traced.scores())));
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private static void put(ObjectNode node, Map<String, Double> metrics) {
    metrics.forEach((name, value) -> number(node, name, value));
  }

  /** Writes results.json. */
  void results(RunSummary summary, long attempts) {
    ObjectNode node = JSON.createObjectNode();
    node.put("method", summary.method()).put("steps", summary.steps());
    if (!summary.stoppedEarly().isEmpty()) {
      node.putObject("stopped_early")
          .put("step", summary.steps())
          .put("reason", summary.stoppedEarly());
    }
    node.put("skipped_steps", summary.skippedSteps()).put("attempts", attempts);
    node.put("seconds", summary.seconds());
    node.put("compute_seconds", summary.computeSeconds());
    node.put("tokens_per_second", summary.tokensPerSecond());
    node.put("communicated_bytes", summary.communicatedBytes());
    node.put("peak_rss_bytes", Memory.peakRssBytes());
    put(node.putObject("metrics"), sorted(summary.metrics()));
    if (summary.bestStep() >= 0) {
      ObjectNode best = node.putObject("best");
      best.put("step", summary.bestStep());
      put(best, sorted(summary.best()));
    }
    beforeAfter(node, "trainable_parameters", summary.trainableBefore(), summary.trainableAfter());
    beforeAfter(
        node, "optimizer_bytes", summary.optimizerBytesBefore(), summary.optimizerBytesAfter());
    ArrayNode kept = node.putArray("kept");
    ArrayNode dropped = node.putArray("dropped");
    for (HeadView head : summary.heads()) {
      if (head.kept()) {
        ObjectNode entry = kept.addObject().put("module", head.module());
        entry.put("omega", head.omega()).put("rank", head.rank());
      } else {
        dropped.add(head.module());
      }
    }
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node);
      folder.write(folder.results(), text + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("results have no JSON form", e);
    }
  }

  private static Map<String, Double> sorted(Map<String, Double> metrics) {
    return new java.util.TreeMap<>(metrics);
  }

  private static void beforeAfter(ObjectNode node, String name, long before, long after) {
    node.putObject(name).put("before", before).put("after", after);
  }
}
