package io.winnow.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import com.jerolba.carpet.io.FileSystemInputFile;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Table;
import io.winnow.model.data.Table.Row;
import io.winnow.model.data.TableReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.Type;

/**
 * Reads Parquet files whatever their columns are: texts, numbers and truth values as text, lists
 * and structures as JSON, null as no value. A row's line is its number, from 1 on.
 */
public final class ParquetTables implements TableReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Set<String> extensions() {
    return Set.of("parquet");
  }

  @Override
  public Table read(Path file) {
    if (!Files.exists(file)) {
      throw FileProblems.unreadable(file.toString(), new NoSuchFileException(file.toString()));
    }
    try {
      InputFile input = new FileSystemInputFile(file.toFile());
      List<String> columns = columns(input);
      return new Table(columns, rows(input, columns));
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    } catch (UserProblem e) {
      throw e;
    } catch (
        RuntimeException e) { // what the library throws for a file that is damaged or no Parquet
      throw UserProblem.failure(file + ": not a readable Parquet file: " + e.getMessage(), e);
    }
  }

  private static List<String> columns(InputFile input) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(input)) {
      return reader.getFileMetaData().getSchema().getFields().stream().map(Type::getName).toList();
    }
  }

  @SuppressWarnings("rawtypes") // the library takes the class of a map, which has no type arguments
  private static List<Row> rows(InputFile input, List<String> columns) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterator<Map> records = new CarpetReader<>(input, Map.class).iterator()) {
      while (records.hasNext()) {
        Map<?, ?> values = records.next();
        Map<String, String> row = new HashMap<>();
        for (String column : columns) {
          Object value = values.get(column);
          if (value != null) {
            row.put(column, text(value));
          }
        }
        rows.add(new Row(rows.size() + 1L, row));
      }
    }
    return rows;
  }

  private static String text(Object value) throws JsonProcessingException {
    boolean nested = value instanceof Collection || value instanceof Map;
    return nested ? JSON.writeValueAsString(value) : value.toString();
  }
}
