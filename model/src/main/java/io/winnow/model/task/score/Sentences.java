package io.winnow.model.task.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts English text into sentences by fixed rules, for rougeLsum. This is <em>not</em> NLTK's
 * punkt, which published numbers use: punkt has learned its abbreviations from a corpus. Where the
 * two cut differently rougeLsum differs a little; the other three ROUGE scores do not depend on it.
 *
 * <p>A sentence ends behind {@code . ! ?} (and closing quotes or brackets) before white space,
 * unless the next word begins in lower case, or the full stop belongs to an abbreviation, or to
 * initials ("J. Smith", "the U.S. Army") that no usual first word of a sentence follows.
 */
public final class Sentences {
  private static final Pattern END =
      Pattern.compile("([.!?\u2026]+)[\"'\u2019\u201d)\\]]*\\s+(?=[\"'\u2018\u201c(\\[]*(\\S))");
  private static final Pattern INITIALS = Pattern.compile("(?:\\p{L}\\.)*\\p{L}");

  /** Never the last word of a sentence. */
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "mr", "mrs", "ms", "dr", "prof", "st", "mt", "gen", "col", "capt", "lt", "sgt", "maj",
          "sen", "rep", "gov", "rev", "hon", "pres", "supt", "vs", "v", "e.g", "i.e", "cf",
          "approx", "dept", "est", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
          "oct", "nov", "dec", "ft", "messrs", "mme", "mlle");

  private static final Set<String> OPENERS =
      Set.of(
          "the", "a", "an", "it", "he", "she", "they", "we", "i", "you", "this", "that", "these",
          "those", "but", "and", "in", "on", "at", "his", "her", "their", "its", "there", "if",
          "when", "while", "after", "before", "however", "for", "as", "with", "so", "what", "who");

  private Sentences() {}

  /** The sentences of a text in order, without white space around them; none for a blank text. */
  public static List<String> split(String text) {
    List<String> sentences = new ArrayList<>();
    Matcher end = END.matcher(text);
    int from = 0;
    while (end.find()) {
      if (ends(text, from, end)) {
        add(sentences, text.substring(from, end.end()));
        from = end.end();
      }
    }
    add(sentences, text.substring(from));
    return sentences;
  }

  private static boolean ends(String text, int from, Matcher end) {
    if (Character.isLowerCase(text.codePointAt(end.start(2)))) {
      return false;
    }
    if (!end.group(1).equals(".")) {
      return true;
    }
    String word = wordBefore(text, from, end.start(1));
    // "no." is also a whole sentence; as an abbreviation a number follows it
    if (word.toLowerCase(Locale.ROOT).matches("nos?|pp|fig|vol")) {
      return !Character.isDigit(text.codePointAt(end.start(2)));
    }
    if (ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT))) {
      return false;
    }
    boolean initials = INITIALS.matcher(word).matches() && !word.equals("I");
    return !initials || OPENERS.contains(wordFrom(text, end.start(2)));
  }

  private static String wordBefore(String text, int from, int end) {
    int start = end;
    while (start > from && isOfWord(text.charAt(start - 1))) {
      start--;
    }
    return text.substring(start, end);
  }

  private static String wordFrom(String text, int start) {
    int end = start;
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return text.substring(start, end).toLowerCase(Locale.ROOT);
  }

  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || c == '.';
  }

  private static void add(List<String> sentences, String sentence) {
    if (!sentence.isBlank()) {
      sentences.add(sentence.strip());
    }
  }
}
