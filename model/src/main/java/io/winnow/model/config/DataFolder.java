package io.winnow.model.config;

import io.winnow.model.config.RunConfig.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files that a folder of data has by their usual names. */
final class DataFolder {
  static final List<String> ENDINGS =
      List.of(".tsv", ".csv", ".jsonl", ".ndjson", ".json", ".parquet", ".txt");

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> VALIDATION = List.of("validation", "valid", "val", "dev");

  private DataFolder() {}

  /** The training file, or null if there is none of a usual name. */
  static @Nullable Path train(Path folder, Task task) {
    return first(folder, TRAIN);
  }

  /**
   * The validation file: of a task of GLUE its own, else of a usual name; null if there is none.
   */
  static @Nullable Path validation(Path folder, Task task) {
    List<String> names = new ArrayList<>();
    if (task.glue() != null) {
      task.glue().evaluations().stream().limit(1).forEach(e -> names.add(e.file()));
      task.glue().evaluations().stream().limit(1).forEach(e -> names.add(e.split()));
    }
    names.addAll(VALIDATION);
    return first(folder, names);
  }

  private static @Nullable Path first(Path folder, List<String> names) {
    for (String name : names) {
      for (String ending : ENDINGS) {
        Path file = folder.resolve(name + ending);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    return null;
  }
}
