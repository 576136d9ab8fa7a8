package io.winnow.model.data;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which columns hold sources and targets.
 *
 * @param named the two columns; null = found by their usual names
 */
public record PairColumns(@Nullable Names named) {
  private static final String REMEDY = "set data.source and data.target to two of the columns";

  private static final List<Names> CONVENTIONS =
      List.of(
          new Names("article", "highlights"),
          new Names("document", "summary"),
          new Names("dialogue", "summary"),
          new Names("text", "summary"),
          new Names("source", "target"),
          new Names("input", "output"),
          new Names("question", "answer"),
          new Names("word", "phonemes"));

  /** Names of the two columns. */
  public record Names(String source, String target) {
    private boolean areIn(List<String> present) {
      return present.contains(source) && present.contains(target);
    }
  }

  /** Columns found by their usual names: article and highlights, source and target, and so on. */
  public static PairColumns conventional() {
    return new PairColumns(null);
  }

  /** The two columns, if a file with these columns has them. */
  Optional<Names> find(List<String> present) {
    List<Names> candidates = named == null ? CONVENTIONS : List.of(named);
    return candidates.stream().filter(names -> names.areIn(present)).findFirst();
  }

  /** The two columns, which a file must have. */
  Names in(List<String> present, Path file) {
    return find(present).orElseThrow(() -> missing(present, file));
  }

  private UserProblem missing(List<String> present, Path file) {
    if (named != null) {
      String absent = present.contains(named.source) ? named.target : named.source;
      return Columns.missing(absent, present, file.toString(), REMEDY);
    }
    return UserProblem.usage(
        "%s: no two columns with usual names (such as source and target); columns present: %s (%s)"
            .formatted(file, String.join(", ", present), REMEDY));
  }
}
