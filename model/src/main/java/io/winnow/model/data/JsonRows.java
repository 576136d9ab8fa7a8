package io.winnow.model.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.data.Table.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The objects of a JSON file as rows: fields are columns, nested ones are left out. */
final class JsonRows {
  private JsonRows() {}

  static Table read(String text, Path file) {
    List<Row> rows = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    JsonEntries.forEach(
        text, file, entry -> rows.add(new Row(entry.number(), values(entry.node(), columns))));
    return new Table(List.copyOf(columns), rows);
  }

  private static Map<String, String> values(JsonNode node, Set<String> columns) {
    Map<String, String> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isValueNode()) {
        columns.add(field.getKey());
        if (!field.getValue().isNull()) {
          values.put(field.getKey(), field.getValue().asText());
        }
      }
    }
    return values;
  }
}
