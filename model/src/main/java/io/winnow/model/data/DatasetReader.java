package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a labelled text file, in the form that its extension names. */
public final class DatasetReader {
  private DatasetReader() {}

  /** One row: values by column, and the line it begins at. */
  record Row(long line, Map<String, String> values) {}

  /** A file as rows. {@code columns} are all columns in file order. */
  record Table(List<String> columns, List<Row> rows) {}

  /** Reads .tsv, .csv, .jsonl, .ndjson or .json. */
  public static Dataset read(Path file, Columns columns) {
    if (Files.isDirectory(file)) {
      throw UserProblem.usage(file + " is a folder; give a .tsv, .csv or .jsonl file");
    }
    Table table = table(file);
    if (table.rows().isEmpty()) {
      throw UserProblem.failure(file + " holds no examples");
    }
    Columns.Found found = columns.in(table.columns(), file.toString());
    List<Example> examples = new ArrayList<>(table.rows().size());
    for (Row row : table.rows()) {
      examples.add(example(file, row, found));
    }
    return new Dataset(file, found.text(), found.label(), examples);
  }

  private static Table table(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return switch (extension) {
      case "tsv" -> TsvRows.read(TextFile.read(file), file);
      case "csv" -> CsvRows.read(TextFile.read(file), file);
      case "jsonl", "ndjson", "json" -> JsonRows.read(TextFile.read(file), file);
      default ->
          throw UserProblem.usage(
              file + ": unknown kind of data file; expected .tsv, .csv, .jsonl or .json");
    };
  }

  private static Example example(Path file, Row row, Columns.Found found) {
    String text = required(file, row, found.text().get(0));
    String pair = found.text().size() == 1 ? null : required(file, row, found.text().get(1));
    return new Example(text, pair, label(row, found.label()), row.line());
  }

  private static @Nullable String label(Row row, @Nullable String column) {
    String label = column == null ? null : row.values().get(column);
    return label == null || label.isBlank() ? null : label.strip();
  }

  private static String required(Path file, Row row, String column) {
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
