package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Table.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a labelled text file, in the form that its extension names. */
public final class DatasetReader {
  private DatasetReader() {}

  /** Reads a file of one of the kinds that {@link TableFiles} knows. */
  public static Dataset read(Path file, Columns columns) {
    Table table = TableFiles.read(file);
    Columns.Found found = columns.in(table.columns(), file.toString());
    List<Example> examples = new ArrayList<>(table.rows().size());
    for (Row row : table.rows()) {
      examples.add(example(file, row, found));
    }
    return new Dataset(file, found.text(), found.label(), examples);
  }

  static Example example(Path file, Row row, Columns.Found found) {
    String text = required(file, row, found.text().get(0));
    String pair = found.text().size() == 1 ? null : required(file, row, found.text().get(1));
    return new Example(text, pair, label(row, found.label()), row.line());
  }

  private static @Nullable String label(Row row, @Nullable String column) {
    String label = column == null ? null : row.values().get(column);
    return label == null || label.isBlank() ? null : label.strip();
  }

  static String required(Path file, Row row, String column) {
    String value = row.values().get(column);
    if (value == null) {
      throw problem(file, row.line(), "no value for '" + column + "'");
    }
    return value;
  }

  /** A problem with a line of a file. */
  static UserProblem problem(Path file, long line, String message) {
    return UserProblem.failure(file + ", line " + line + ": " + message);
  }

  /** Column names of a header, which must differ. */
  static List<String> header(Path file, List<String> names) {
    List<String> columns = new ArrayList<>();
    for (String name : names) {
      if (columns.contains(name.strip())) {
        throw problem(file, 1, "two columns are named '" + name.strip() + "'");
      }
      columns.add(name.strip());
    }
    return columns;
  }

  /** A row of as many fields as there are columns. */
  static Row row(Path file, long line, List<String> columns, List<String> fields) {
    if (fields.size() != columns.size()) {
      throw problem(
          file,
          line,
          "%d fields, the header has %d columns (%s)"
              .formatted(fields.size(), columns.size(), String.join(", ", columns)));
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      values.put(columns.get(i), fields.get(i));
    }
    return new Row(line, values);
  }
}
