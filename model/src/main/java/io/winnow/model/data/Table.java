package io.winnow.model.data;

import java.util.List;
import java.util.Map;

/**
 * A data file as rows of text.
 *
 * @param columns all columns in file order
 */
public record Table(List<String> columns, List<Row> rows) {
  public Table {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /**
   * One row.
   *
   * @param line where it begins: a line of the file, or the number of the row or entry in files
   *     that have no lines; 1-based
   * @param values by column; a column without a value is absent. Nested values are JSON
   */
  public record Row(long line, Map<String, String> values) {}
}
