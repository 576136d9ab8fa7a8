package io.winnow.model.config;

import java.util.Collection;
import java.util.Comparator;
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
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1))
                ? 0
                : 1;
        int best = Math.min(diagonal + same, 1 + Math.min(row[j], row[j - 1]));
        diagonal = row[j];
        row[j] = best;
      }
    }
    return row[b.length()];
  }
}
