package io.winnow.model.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Table.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Comma-separated values after RFC 4180: quoted fields may hold commas, quotes and line ends. */
final class CsvRows {
  private static final int MAX_FIELD_CHARS = 64 << 20;

  private CsvRows() {}

  static Table read(String text, Path file) {
    requireClosedQuotes(text, file);
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
          requireCommas(columns, file);
        } else {
          rows.add(
              DatasetReader.row(file, record.getStartingLineNumber(), columns, record.getFields()));
        }
      }
    } catch (CsvParseException e) {
      throw UserProblem.failure(file + ": not valid CSV: " + e.getMessage(), e);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    return new Table(columns, rows);
  }

  /** The parser ends an open field at the end of the file, and would swallow rows in silence. */
  private static void requireClosedQuotes(String text, Path file) {
    Place place = Place.FIELD_START;
    long line = 1;
    long openedAt = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      Place next = place.after(c);
      openedAt = place == Place.FIELD_START && next == Place.QUOTED ? line : openedAt;
      line += c == '\n' ? 1 : 0;
      place = next;
    }
    if (place == Place.QUOTED) {
      throw DatasetReader.problem(file, openedAt, "a quotation mark opens a field, none closes it");
    }
  }

  private static void requireCommas(List<String> columns, Path file) {
    if (columns.size() == 1 && columns.get(0).matches(".*[;\t].*")) {
      throw DatasetReader.problem(
          file, 1, "columns must be separated by commas (a file separated by tabs is named .tsv)");
    }
  }

  /** Where in a record a character stands; CLOSED is just behind a quotation mark in quotes. */
  private enum Place {
    FIELD_START,
    PLAIN,
    QUOTED,
    CLOSED;

    Place after(char c) {
      if (this == QUOTED) {
        return c == '"' ? CLOSED : QUOTED;
      }
      if (c == '"' && this != PLAIN) {
        return QUOTED;
      }
      return c == ',' || c == '\n' || c == '\r' ? FIELD_START : PLAIN;
    }
  }
}
