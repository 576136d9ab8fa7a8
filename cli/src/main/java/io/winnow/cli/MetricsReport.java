package io.winnow.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Metrics by name, for a person or a program. */
final class MetricsReport {
  private static final String NAME = "metric";

  private MetricsReport() {}

  /** A header, and a line per metric. */
  static List<String> table(Map<String, Double> metrics) {
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    String row = "%-" + Math.max(width, NAME.length()) + "s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, row, NAME, "value"));
    metrics.forEach(
        (name, value) ->
            lines.add(
                String.format(Locale.ROOT, row, name, String.format(Locale.ROOT, "%.6f", value))));
    return lines;
  }

  /** One object; a number that is not finite is null, as JSON has none. */
  static String json(Map<String, Double> metrics) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    metrics.forEach(
        (name, value) -> {
          if (Double.isFinite(value)) {
            node.put(name, value);
          } else {
            node.putNull(name);
          }
        });
    return node.toString();
  }
}
