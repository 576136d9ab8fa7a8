package io.winnow.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.cli.Comparison.Cell;
import io.winnow.cli.ComparisonTable.Row;

/** A comparison's table as JSON, with the runs of each row in it. */
final class ComparisonJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ComparisonJson() {}

  static String of(ComparisonTable table) {
    ObjectNode node = JSON.createObjectNode();
    node.put("metric", table.metric().name());
    node.put("higher_is_better", table.metric().higherIsBetter());
    node.put("heads", table.heads()).put("runs", table.runs()).put("finished", table.finished());
    ArrayNode rows = node.putArray("rows");
    table.rows().forEach(row -> row(rows.addObject(), row));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a table has no JSON form", e);
    }
  }

  private static void row(ObjectNode node, Row row) {
    node.put("method", row.method());
    keep(node, row.keep());
    node.put("seeds", row.cells().size());
    number(node, "mean", row.metric().mean());
    number(node, "deviation", row.metric().deviation());
    Spread difference = row.difference();
    if (difference != null) {
      ObjectNode against = node.putObject("difference");
      against.put("to", row.reference()).put("seeds", difference.n());
      number(against, "mean", difference.mean());
      number(against, "half_interval_95", difference.halfInterval());
    }
    number(node, "trained_parameters", row.mean(CellResult::parameters));
    number(node, "kept_heads", row.mean(CellResult::kept));
    number(node, "optimizer_bytes", row.mean(CellResult::optimizerBytes));
    number(node, "seconds", row.mean(CellResult::seconds));
    number(node, "compute_seconds", row.mean(CellResult::computeSeconds));
    number(node, "sent_bytes", row.mean(CellResult::bytes));
    ArrayNode runs = node.putArray("runs");
    row.cells().forEach((cell, result) -> run(runs.addObject(), cell, result));
  }

  private static void run(ObjectNode node, Cell cell, CellResult result) {
    node.put("run", cell.run()).put("seed", cell.seed());
    number(node, "value", result.metric());
    node.put("steps", result.steps()).put("trained_parameters", result.parameters());
    node.put("kept_heads", result.kept()).put("optimizer_bytes", result.optimizerBytes());
    node.put("seconds", result.seconds()).put("compute_seconds", result.computeSeconds());
    node.put("sent_bytes", result.bytes());
  }

  private static void keep(ObjectNode node, int keep) {
    if (keep == 0) {
      node.putNull("keep");
    } else {
      node.put("keep", keep);
    }
  }

  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
