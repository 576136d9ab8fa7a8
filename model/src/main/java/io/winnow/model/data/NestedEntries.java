package io.winnow.model.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.data.JsonEntries.Entry;
import io.winnow.model.data.Table.Row;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Entries of any kind of file, with their nested values: JSON as it is, and of tables the columns
 * that hold JSON by convention.
 */
final class NestedEntries {
  private static final Set<String> NESTED = Set.of("answers", "messages");

  private NestedEntries() {}

  /** Gives every entry, in order. */
  static void forEach(Path file, Consumer<Entry> action) {
    TableFiles.requireFile(file);
    if (TableFiles.isJson(file)) {
      JsonEntries.forEach(TextFile.read(file), file, action);
      return;
    }
    Table table = TableFiles.read(file);
    String unit = TableFiles.isLines(file) ? "line " : "row ";
    for (Row row : table.rows()) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      Entry entry = new Entry(row.line(), node, unit + row.line());
      for (String column : table.columns()) {
        String value = row.values().get(column);
        if (value != null) {
          node.set(column, value(entry, column, value, file));
        }
      }
      action.accept(entry);
    }
  }

  private static JsonNode value(Entry entry, String column, String value, Path file) {
    if (!NESTED.contains(column)) {
      return JsonNodeFactory.instance.textNode(value);
    }
    try {
      return JsonEntries.JSON.readTree(value);
    } catch (JacksonException e) {
      throw entry.problem(file, column + ": not valid JSON: " + e.getOriginalMessage());
    }
  }
}
