package io.winnow.model.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.winnow.model.data.DatasetReader.Row;
import io.winnow.model.data.DatasetReader.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** JSON lines: one object per line. A file that begins with '[' is one array of objects. */
final class JsonRows {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonRows() {}

  static Table read(String text, Path file) {
    List<Row> rows = new ArrayList<>();
    Set<String> columns = new LinkedHashSet<>();
    if (text.stripLeading().startsWith("[")) {
      // one value over many lines: examples are named by their place instead
      long place = 0;
      for (JsonNode node : parse(file, 1, text)) {
        rows.add(row(file, ++place, node, columns));
      }
    } else {
      String[] lines = text.split("\n", -1);
      for (int i = 0; i < lines.length; i++) {
        if (!lines[i].isBlank()) {
          rows.add(row(file, i + 1L, parse(file, i + 1L, lines[i]), columns));
        }
      }
    }
    return new Table(List.copyOf(columns), rows);
  }

  private static JsonNode parse(Path file, long line, String json) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw DatasetReader.problem(
          file,
          line,
          "not valid JSON: "
              + e.getOriginalMessage()
              + "; expected one object per line, or one array of objects");
    }
  }

  private static Row row(Path file, long line, JsonNode node, Set<String> columns) {
    if (!node.isObject()) {
      throw DatasetReader.problem(
          file, line, "expected a JSON object, found " + node.getNodeType());
    }
    Map<String, String> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isValueNode()) {
        columns.add(field.getKey());
        if (!field.getValue().isNull()) {
          values.put(field.getKey(), field.getValue().asText());
        }
      }
    }
    return new Row(line, values);
  }
}
