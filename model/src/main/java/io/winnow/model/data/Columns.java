package io.winnow.model.data;

import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns to read.
 *
 * @param text names of the one or two text columns; empty = GLUE's names, else the first two
 *     columns that are neither label nor row number
 * @param label name of the label column; for {@code label} GLUE's other names are found as well
 * @param labelled whether a file without that column is refused
 */
public record Columns(List<String> text, String label, boolean labelled) {
  private static final List<List<String>> CONVENTIONS =
      List.of(
          List.of("sentence1", "sentence2"),
          List.of("question1", "question2"),
          List.of("premise", "hypothesis"),
          List.of("question", "sentence"),
          List.of("#1 String", "#2 String"),
          List.of("sentence"),
          List.of("text"));
  private static final List<String> LABELS =
      List.of("gold_label", "is_duplicate", "Quality", "score");
  private static final Set<String> ROW_NUMBERS = Set.of("index", "idx", "id");

  public Columns {
    text = List.copyOf(text);
    if (text.size() > 2) {
      throw UserProblem.usage(
          "an example has one or two texts; %d text columns are named: %s"
              .formatted(text.size(), String.join(", ", text)));
    }
  }

  /** GLUE's conventions, with labels. */
  public static Columns conventional() {
    return new Columns(List.of(), "label", true);
  }

  /** Column names found in a file: texts, and the label or null. */
  record Found(List<String> text, @Nullable String label) {}

  /** Finds the columns among those that a file has; {@code file} is for messages. */
  Found in(List<String> present, String file) {
    String labelColumn = labelIn(present);
    if (labelColumn == null && labelled) {
      throw missing(label, present, file, "set data.label to the column that holds the label");
    }
    for (String name : text) {
      if (!present.contains(name)) {
        throw missing(name, present, file, "set data.text to the columns that hold the text");
      }
    }
    return new Found(text.isEmpty() ? textIn(present, labelColumn, file) : text, labelColumn);
  }

  private @Nullable String labelIn(List<String> present) {
    if (present.contains(label)) {
      return label;
    }
    if (!label.equals("label")) {
      return null;
    }
    return LABELS.stream().filter(present::contains).findFirst().orElse(null);
  }

  private static List<String> textIn(
      List<String> present, @Nullable String labelColumn, String file) {
    for (List<String> names : CONVENTIONS) {
      if (present.containsAll(names)) {
        return names;
      }
    }
    List<String> others = new ArrayList<>(present);
    others.remove(labelColumn);
    others.removeIf(ROW_NUMBERS::contains);
    if (others.isEmpty()) {
      throw UserProblem.failure(
          "%s: no text column; columns present: %s".formatted(file, String.join(", ", present)));
    }
    return List.copyOf(others.subList(0, Math.min(2, others.size())));
  }

  static UserProblem missing(String name, List<String> present, String file, String remedy) {
    return UserProblem.usage( // what run.conf names, and the file does not have
        "%s: no column '%s'; columns present: %s%s (%s)"
            .formatted(
                file, name, String.join(", ", present), NearestName.hint(name, present), remedy));
  }
}
