package io.winnow.model.adapter;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a user probably meant: the candidate with the smallest edit distance. */
public final class NearestName {
  private NearestName() {}

  /**
   * The nearest candidate that is near enough to be worth suggesting: at most a third of the
   * letters differ (two in short names). Upper and lower case count as equal; ties go to the first.
   */
  public static Optional<String> of(String wanted, Collection<String> candidates) {
    String folded = wanted.toLowerCase(Locale.ROOT);
    int limit = Math.max(2, wanted.length() / 3);
    return candidates.stream()
        .min(Comparator.comparingInt(c -> distance(folded, c.toLowerCase(Locale.ROOT))))
        .filter(c -> distance(folded, c.toLowerCase(Locale.ROOT)) <= limit);
  }

  /** {@code "; did you mean 'x'?"}, or nothing where no candidate is near. */
  public static String hint(String wanted, Collection<String> candidates) {
    return of(wanted, candidates).map(c -> "; did you mean '" + c + "'?").orElse("");
  }

  /** Levenshtein distance: insertions, deletions and substitutions of characters. */
  public static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
