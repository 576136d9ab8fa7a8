package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Table.Row;
import io.winnow.model.data.TsvRows.Malformed;
import io.winnow.model.task.score.GlueTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of GLUE by the name of their task: in the shapes that GLUE distributes (.tsv, and
 * MRPC's .txt), or with the columns of Hugging Face's copy in any other kind of file. Labels become
 * the names of their classes, so that the classes have the same numbers everywhere.
 */
public final class GlueReader {
  private GlueReader() {}

  /** Whether examples without a label are refused. */
  public enum Labels {
    REQUIRED,
    /** As in GLUE's test sets. */
    ABSENT
  }

  /**
   * What a file holds.
   *
   * @param skipped rows left out because a value is missing; only QQP has such rows, and the
   *     published numbers are without them
   */
  public record Glue(Dataset data, int skipped) {}

  /** The examples of a file. */
  public static Glue read(Path file, GlueTask task, Labels labels) {
    Table table = table(file, task);
    List<String> text = textColumns(table.columns(), task, file);
    String label = labels == Labels.ABSENT ? null : labelColumn(table.columns(), task, file);
    Columns.Found found = new Columns.Found(text, label);
    List<Example> examples = new ArrayList<>(table.rows().size());
    int skipped = 0;
    for (Row row : table.rows()) {
      if (task == GlueTask.QQP && !isWhole(row, found)) {
        skipped++;
      } else {
        examples.add(named(DatasetReader.example(file, row, found), task));
      }
    }
    if (examples.isEmpty()) {
      throw UserProblem.failure(file + " holds no examples");
    }
    return new Glue(new Dataset(file, text, label, examples), skipped);
  }

  private static Table table(Path file, GlueTask task) {
    TableFiles.requireFile(file);
    return switch (TableFiles.extension(file)) {
      case "tsv", "txt" ->
          TsvRows.read(
              TextFile.read(file), file, task == GlueTask.QQP ? Malformed.KEPT : Malformed.REFUSED);
      default -> TableFiles.read(file);
    };
  }

  private static List<String> textColumns(List<String> present, GlueTask task, Path file) {
    for (List<String> names : task.textColumns()) {
      if (present.containsAll(names)) {
        return names;
      }
    }
    List<String> wanted = task.textColumns().get(0);
    String missing = wanted.stream().filter(n -> !present.contains(n)).findFirst().orElseThrow();
    throw missing(missing, present, file, task);
  }

  private static String labelColumn(List<String> present, GlueTask task, Path file) {
    return task.labelColumns().stream()
        .filter(present::contains)
        .findFirst()
        .orElseThrow(() -> missing(task.labelColumns().get(0), present, file, task));
  }

  private static UserProblem missing(
      String column, List<String> present, Path file, GlueTask task) {
    return Columns.missing(
        column, present, file.toString(), "a file of the GLUE task " + task.key() + " has it");
  }

  private static boolean isWhole(Row row, Columns.Found found) {
    return found.text().stream().allMatch(row.values()::containsKey)
        && (found.label() == null || !row.values().getOrDefault(found.label(), "").isBlank());
  }

  /** Numbers of classes become their names; -1 marks an example without a label. */
  private static Example named(Example example, GlueTask task) {
    return new Example(example.text(), example.pair(), name(example.label(), task), example.line());
  }

  private static @Nullable String name(@Nullable String label, GlueTask task) {
    for (int i = 0; i < task.labelNames().size(); i++) {
      if (Integer.toString(i).equals(label)) {
        return task.labelNames().get(i);
      }
    }
    return label;
  }
}
