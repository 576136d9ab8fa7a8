package io.winnow.model.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.DatasetReader.Row;
import io.winnow.model.data.DatasetReader.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Comma-separated values after RFC 4180: quoted fields may hold commas, quotes and line ends. */
final class CsvRows {
  private static final int MAX_FIELD_CHARS = 64 << 20;

  private CsvRows() {}

  static Table read(String text, Path file) {
    List<String> columns = List.of();
    List<Row> rows = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .allowExtraFields(true)
            .allowMissingFields(true)
            .maxBufferSize(MAX_FIELD_CHARS)
            .ofCsvRecord(text)) {
      for (CsvRecord record : reader) {
        if (columns.isEmpty()) {
          columns = DatasetReader.header(file, record.getFields());
        } else {
          rows.add(
              DatasetReader.row(file, record.getStartingLineNumber(), columns, record.getFields()));
        }
      }
    } catch (CsvParseException e) {
      throw UserProblem.failure(
          file + ": not valid CSV: " + e.getMessage() + "; is a quotation mark left open?", e);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    return new Table(columns, rows);
  }
}
