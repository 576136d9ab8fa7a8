package io.winnow.actors.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunSummary;
import io.winnow.protocol.RunView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs, rows and summaries as files and the gateway have them; a number that is not finite is null,
 * as JSON has none.
 */
public final class RunJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunJson() {}

  /** How far a run is. */
  public static ObjectNode standing(RunStanding found) {
    ObjectNode node = view(found.view());
    node.put("step", found.step());
    if (found.totalSteps() > 0) {
      node.put("total_steps", found.totalSteps());
      node.put("heads", found.heads());
    }
    if (found.parameters() > 0) {
      node.put("kept", found.kept()).put("parameters", found.parameters());
    }
    node.put("skipped_steps", found.skippedSteps()).put("dropped_messages", found.dropped());
    node.put("hand_offs", found.handOffs());
    if (found.last() != null) {
      node.set("last", row(found.last()));
    }
    if (found.evaluation() != null) {
      node.set("evaluation", row(found.evaluation()));
    }
    return node;
  }

  /** How a run stands; without its configuration, which can be long. */
  public static ObjectNode view(RunView view) {
    ObjectNode node = JSON.createObjectNode();
    node.put("run", view.run().value()).put("status", view.status().name());
    node.put("reason", view.reason()).put("attempt", view.attempt());
    return node.put("counted", view.counted().version()).put("best", view.best().version());
  }

  /** A row as a line of metrics.jsonl has it. */
  public static ObjectNode row(MetricsRow row) {
    ObjectNode node = JSON.createObjectNode().put("step", row.step());
    if (row.kind() == MetricsRow.Kind.EVALUATION) {
      node.set("evaluation", metrics(row.metrics()));
      return node;
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
    return node;
  }

  /** Metrics by name. */
  public static ObjectNode metrics(Map<String, Double> metrics) {
    ObjectNode node = JSON.createObjectNode();
    new TreeMap<>(metrics).forEach((name, value) -> number(node, name, value));
    return node;
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  /** What came out, in short. */
  public static ObjectNode summary(RunSummary summary) {
    ObjectNode node = JSON.createObjectNode();
    node.put("method", summary.method()).put("steps", summary.steps());
    node.put("stopped_early", summary.stoppedEarly()).put("skipped_steps", summary.skippedSteps());
    node.put("seconds", summary.seconds()).put("tokens_per_second", summary.tokensPerSecond());
    node.put("compute_seconds", summary.computeSeconds());
    node.put("communicated_bytes", summary.communicatedBytes());
    node.set("metrics", metrics(summary.metrics()));
    node.put("best_step", summary.bestStep()).set("best", metrics(summary.best()));
    node.putObject("trainable_parameters")
        .put("before", summary.trainableBefore())
        .put("after", summary.trainableAfter());
    node.putObject("optimizer_bytes")
        .put("before", summary.optimizerBytesBefore())
        .put("after", summary.optimizerBytesAfter());
    heads(node, summary.heads());
    return node;
  }

  /** Those that are kept, with omega and rank, and the names of those that were dropped. */
  public static void heads(ObjectNode node, List<HeadView> heads) {
    ArrayNode kept = node.putArray("kept");
    ArrayNode dropped = node.putArray("dropped");
    for (HeadView head : heads) {
      if (head.kept()) {
        kept.addObject()
            .put("module", head.module())
            .put("omega", head.omega())
            .put("rank", head.rank());
      } else {
        dropped.add(head.module());
      }
    }
  }
}
