package io.winnow.model.task.score;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How SQuAD's evaluation scripts compare a predicted answer with the right ones: both are put into
 * lower case, without ASCII punctuation, without the articles a, an, the, and with single spaces.
 */
public final class SquadText {
  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
  // what Python counts as a word and as white space
  private static final Pattern ARTICLES =
      Pattern.compile("(?<![\\p{L}\\p{N}_])(?:an?|the)(?![\\p{L}\\p{N}_])");
  private static final Pattern SPACES =
      Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

  private SquadText() {}

  /** The two scripts, which differ where a text is empty once it is normalised. */
  public enum Version {
    /** No common token is F1 0, also between two empty texts. */
    V1,
    /** An empty text has F1 1 with another empty one, 0 with any other. */
    V2
  }

  /** A text as it is compared. */
  public static String normalise(String text) {
    String bare = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    return SPACES.matcher(ARTICLES.matcher(bare).replaceAll(" ")).replaceAll(" ").strip();
  }

  /** 1 where both are the same once normalised, else 0. */
  public static int exact(String prediction, String answer) {
    return normalise(prediction).equals(normalise(answer)) ? 1 : 0;
  }

  /** F1 of the tokens of both, each counted as often as it is on both sides. */
  public static double f1(Version version, String prediction, String answer) {
    List<String> found = tokens(prediction);
    List<String> expected = tokens(answer);
    if (version == Version.V2 && (found.isEmpty() || expected.isEmpty())) {
      return found.equals(expected) ? 1 : 0;
    }
    Map<String, Integer> available = new HashMap<>();
    expected.forEach(token -> available.merge(token, 1, Integer::sum));
    int common = 0;
    for (String token : found) {
      common += available.merge(token, -1, Integer::sum) >= 0 ? 1 : 0;
    }
    if (common == 0) {
      return 0;
    }
    double precision = (double) common / found.size();
    double recall = (double) common / expected.size();
    return 2 * precision * recall / (precision + recall);
  }

  /** The best {@link #exact} over several right answers; 0 where there are none. */
  public static int bestExact(String prediction, List<String> answers) {
    return answers.stream().mapToInt(answer -> exact(prediction, answer)).max().orElse(0);
  }

  /** The best {@link #f1} over several right answers; 0 where there are none. */
  public static double bestF1(Version version, String prediction, List<String> answers) {
    return answers.stream().mapToDouble(answer -> f1(version, prediction, answer)).max().orElse(0);
  }

  private static List<String> tokens(String text) {
    String normalised = normalise(text);
    return normalised.isEmpty() ? List.of() : List.of(normalised.split(" "));
  }
}
