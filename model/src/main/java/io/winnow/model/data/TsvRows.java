package io.winnow.model.data;

import io.winnow.model.data.Table.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tab-separated values as GLUE has them: a quotation mark is a character like any other, a line end
 * always ends the row. A file in CoLA's shape (source, 0 or 1, star or nothing, sentence) has no
 * header.
 */
final class TsvRows {
  private static final List<String> COLA = List.of("source", "label", "star", "sentence");

  private TsvRows() {}

  /** What becomes of a row with more or fewer fields than there are columns. */
  enum Malformed {
    REFUSED,
    /** It has values as far as it goes; fields behind the last column are dropped. */
    KEPT
  }

  static Table read(String text, Path file, Malformed malformed) {
    List<String> columns = null;
    List<Row> rows = new ArrayList<>();
    long line = 0;
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      line++;
      List<String> fields = fields(text, from, end);
      from = end + 1;
      if (fields.size() == 1 && fields.get(0).isBlank()) {
        continue;
      }
      if (columns == null && !isCola(fields)) {
        columns = DatasetReader.header(file, fields);
        continue;
      }
      columns = columns == null ? COLA : columns;
      rows.add(
          malformed == Malformed.KEPT
              ? asFarAsItGoes(line, columns, fields)
              : DatasetReader.row(file, line, columns, fields));
    }
    return new Table(columns == null ? List.of() : columns, rows);
  }

  private static Row asFarAsItGoes(long line, List<String> columns, List<String> fields) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < Math.min(columns.size(), fields.size()); i++) {
      values.put(columns.get(i), fields.get(i));
    }
    return new Row(line, values);
  }

  private static List<String> fields(String text, int from, int end) {
    int last = end > from && text.charAt(end - 1) == '\r' ? end - 1 : end;
    return Arrays.asList(text.substring(from, last).split("\t", -1));
  }

  private static boolean isCola(List<String> first) {
    return first.size() == COLA.size()
        && Set.of("0", "1").contains(first.get(1))
        && Set.of("", "*").contains(first.get(2).strip());
  }
}
