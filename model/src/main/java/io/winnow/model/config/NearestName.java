package io.winnow.model.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The valid name that a mistyped one most likely meant, by edit distance. */
public final class NearestName {
  private NearestName() {}

  /** The closest candidate, unless more than half of the letters would have to change. */
  public static Optional<String> of(String wrong, Collection<String> candidates) {
    return candidates.stream()
        .min(
            Comparator.<String>comparingInt(name -> distance(wrong, name))
                .thenComparing(Comparator.naturalOrder()))
        .filter(name -> 2 * distance(wrong, name) <= Math.max(wrong.length(), name.length()));
  }

  /** "did you mean X?", or nothing. */
  public static String hint(String wrong, Collection<String> candidates) {
    return of(wrong, candidates).map(name -> "did you mean " + name + "?").orElse("");
  }

  /** Levenshtein's distance, without regard to case. */
  private static int distance(String a, String b) {
    return io.winnow.model.adapter.NearestName.distance(
        a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
  }
}
