package io.winnow.model.task.score;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Exact match of the number that a worked answer ends in, as lm-evaluation-harness scores GSM8K: a
 * filter takes the number out of the generated text, then commas, dollar signs, all text up to the
 * last "#### " and a full stop at the end are removed on both sides, and the rest must be equal.
 */
public enum NumberAnswer {
  /** The first number behind "#### ". */
  STRICT("#### (-?[0-9.,]+)") {
    @Override
    Optional<String> number(Matcher matcher) {
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
  },
  /** The last thing in the text that looks like a number. */
  FLEXIBLE("(-?[$0-9.,]{2,})|(-?[0-9]+)") {
    @Override
    Optional<String> number(Matcher matcher) {
      Optional<String> last = Optional.empty();
      while (matcher.find()) {
        last = Optional.of(matcher.group());
      }
      return last;
    }
  };

  private static final String NONE = "[invalid]";
  // (?d): only a line feed is a line end, as in Python
  private static final List<Pattern> IGNORED =
      List.of(
          Pattern.compile(","),
          Pattern.compile("\\$"),
          Pattern.compile("(?s).*#### "),
          Pattern.compile("(?d)\\.$"));

  private final Pattern pattern;

  NumberAnswer(String pattern) {
    this.pattern = Pattern.compile(pattern);
  }

  abstract Optional<String> number(Matcher matcher);

  /** What the filter takes out of a text, before anything is removed from it. */
  public Optional<String> extract(String text) {
    return number(pattern.matcher(text));
  }

  /**
   * 1 where the number in a generated text is that of the reference, else 0.
   *
   * @param reference a whole worked answer, or its number alone
   */
  public int exactMatch(String generated, String reference) {
    return bare(extract(generated).orElse(NONE)).equals(bare(reference)) ? 1 : 0;
  }

  private static String bare(String text) {
    String bare = text;
    for (Pattern ignored : IGNORED) {
      bare = ignored.matcher(bare).replaceAll("");
    }
    return bare.toLowerCase(Locale.ROOT);
  }
}
