package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The examples of one file, in its order.
 *
 * @param textColumns the one or two columns that the texts come from
 * @param labelColumn where labels come from; null where the file has none
 */
public record Dataset(
    Path file, List<String> textColumns, @Nullable String labelColumn, List<Example> examples) {
  public Dataset {
    textColumns = List.copyOf(textColumns);
    examples = List.copyOf(examples);
  }

  /** Number of examples. */
  public int size() {
    return examples.size();
  }

  /** A problem with one example: names file and line. */
  UserProblem problem(Example example, String message) {
    return UserProblem.failure(file + ", line " + example.line() + ": " + message);
  }
}
