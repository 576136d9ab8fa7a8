package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;

/** Reads any kind of file that holds rows: .tsv, .csv, .jsonl, .ndjson, .json, and .parquet. */
final class TableFiles {
  private TableFiles() {}

  /** The rows of a file, at least one. */
  static Table read(Path file) {
    requireFile(file);
    Table table = table(file);
    if (table.rows().isEmpty()) {
      throw UserProblem.failure(file + " holds no examples");
    }
    return table;
  }

  /** Refuses a folder. */
  static void requireFile(Path file) {
    if (Files.isDirectory(file)) {
      throw UserProblem.usage(file + " is a folder; give a .tsv, .csv or .jsonl file");
    }
  }

  /** Whether a file is named as one of JSON. */
  static boolean isJson(Path file) {
    return switch (extension(file)) {
      case "jsonl", "ndjson", "json" -> true;
      default -> false;
    };
  }

  /** Whether rows of a file are found by line. */
  static boolean isLines(Path file) {
    return Set.of("tsv", "csv").contains(extension(file)) || isJson(file);
  }

  /** What stands behind the last dot of a file's name, in lower case. */
  static String extension(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static Table table(Path file) {
    return switch (extension(file)) {
      case "tsv" -> TsvRows.read(TextFile.read(file), file, TsvRows.Malformed.REFUSED);
      case "csv" -> CsvRows.read(TextFile.read(file), file);
      case "jsonl", "ndjson", "json" -> JsonRows.read(TextFile.read(file), file);
      default -> byService(file);
    };
  }

  private static Table byService(Path file) {
    String extension = extension(file);
    ClassLoader loader = TableReader.class.getClassLoader(); // threads of actors may have others
    for (TableReader reader : ServiceLoader.load(TableReader.class, loader)) {
      if (reader.extensions().contains(extension)) {
        return reader.read(file);
      }
    }
    if (extension.equals("parquet")) {
      throw UserProblem.usage(
          file
              + ": Parquet needs the optional module winnow-parquet; build it in once with"
              + " 'WINNOW_PROFILES=parquet ./winnow --version', or convert the file to .jsonl");
    }
    throw UserProblem.usage(
        file + ": unknown kind of data file; expected .tsv, .csv, .jsonl, .json or .parquet");
  }
}
