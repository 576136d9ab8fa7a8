package io.winnow.model.task.score;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's algorithm for English suffixes with the departures of NLTK's default mode, which is what
 * the published ROUGE numbers are computed with: a pool of irregular words, "ies" and "ied" in
 * words of four letters, y to i only behind a consonant that is not the first letter, three more
 * suffixes in step 2, and the vowel-consonant pair at the beginning of a word as a short syllable.
 *
 * <p>[C](VC)^m[V] is the form of every stem; m is its measure. Characters other than a, e, i, o, u
 * are consonants, digits included; y is a vowel behind a consonant.
 */
public final class PorterStemmer {
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("inning", "inning"),
          Map.entry("innings", "inning"),
          Map.entry("outing", "outing"),
          Map.entry("outings", "outing"),
          Map.entry("canning", "canning"),
          Map.entry("cannings", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  /** The first suffix that a word has decides, whether or not its stem then meets the condition. */
  private record Rule(String suffix, String replacement, Predicate<String> condition) {}

  private static final List<Rule> PLURALS =
      List.of(
          always("sses", "ss"), always("ies", "i"), always("ss", "ss"), always("s", "")); // step 1a

  private static final List<Rule> DOUBLE_SUFFIXES = // step 2
      List.of(
          measured("ational", "ate"),
          measured("tional", "tion"),
          measured("enci", "ence"),
          measured("anci", "ance"),
          measured("izer", "ize"),
          measured("bli", "ble"),
          measured("alli", "al"),
          measured("entli", "ent"),
          measured("eli", "e"),
          measured("ousli", "ous"),
          measured("ization", "ize"),
          measured("ation", "ate"),
          measured("ator", "ate"),
          measured("alism", "al"),
          measured("iveness", "ive"),
          measured("fulness", "ful"),
          measured("ousness", "ous"),
          measured("aliti", "al"),
          measured("iviti", "ive"),
          measured("biliti", "ble"),
          measured("fulli", "ful"),
          // the l counts with the stem, so that "geologi" has a measure above 0
          new Rule("logi", "log", stem -> measure(stem + "l") > 0));

  private static final List<Rule> SINGLE_SUFFIXES = // step 3
      List.of(
          measured("icate", "ic"),
          measured("ative", ""),
          measured("alize", "al"),
          measured("iciti", "ic"),
          measured("ical", "ic"),
          measured("ful", ""),
          measured("ness", ""));

  private static final List<Rule> ENDINGS = // step 4
      List.of(
          dropped("al"),
          dropped("ance"),
          dropped("ence"),
          dropped("er"),
          dropped("ic"),
          dropped("able"),
          dropped("ible"),
          dropped("ant"),
          dropped("ement"),
          dropped("ment"),
          dropped("ent"),
          new Rule("ion", "", stem -> measure(stem) > 1 && stem.matches(".*[st]")),
          dropped("ou"),
          dropped("ism"),
          dropped("ate"),
          dropped("iti"),
          dropped("ous"),
          dropped("ive"),
          dropped("ize"));

  private PorterStemmer() {}

  /** The stem of a word in lower case. Words of one or two characters are their own stems. */
  public static String stem(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.length() <= 2) {
      return word;
    }
    String stem = finalY(pastAndParticiple(plural(word)));
    stem = first(doubleSuffix(stem), SINGLE_SUFFIXES);
    return finalLl(finalE(first(stem, ENDINGS)));
  }

  private static String plural(String word) {
    return word.length() == 4 && word.endsWith("ies") ? cut(word, 1) : first(word, PLURALS);
  }

  private static String pastAndParticiple(String word) { // step 1b
    if (word.endsWith("ied")) {
      return cut(word, word.length() == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    if (word.endsWith("ed") && hasVowel(cut(word, 2))) {
      return restored(cut(word, 2));
    }
    if (word.endsWith("ing") && hasVowel(cut(word, 3))) {
      return restored(cut(word, 3));
    }
    return word;
  }

  /** Gives back the e that -ed or -ing replaced, or takes away the letter that they doubled. */
  private static String restored(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    int last = stem.length() - 1;
    if (last > 0 && stem.charAt(last) == stem.charAt(last - 1) && isConsonant(stem, last)) {
      return "lsz".indexOf(stem.charAt(last)) < 0 ? cut(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsInShortSyllable(stem) ? stem + "e" : stem;
  }

  private static String finalY(String word) { // step 1c
    int last = word.length() - 1;
    return last > 1 && word.charAt(last) == 'y' && isConsonant(word, last - 1)
        ? cut(word, 1) + "i"
        : word;
  }

  private static String doubleSuffix(String word) {
    boolean recurs = word.endsWith("alli") && measure(cut(word, 4)) > 0;
    return recurs ? doubleSuffix(cut(word, 2)) : first(word, DOUBLE_SUFFIXES);
  }

  private static String finalE(String word) { // step 5a
    if (!word.endsWith("e")) {
      return word;
    }
    String stem = cut(word, 1);
    int measure = measure(stem);
    return measure > 1 || measure == 1 && !endsInShortSyllable(stem) ? stem : word;
  }

  private static String finalLl(String word) { // step 5b
    return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
  }

  private static String first(String word, List<Rule> rules) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return rule.condition.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  private static Rule always(String suffix, String replacement) {
    return new Rule(suffix, replacement, stem -> true);
  }

  private static Rule measured(String suffix, String replacement) {
    return new Rule(suffix, replacement, stem -> measure(stem) > 0);
  }

  private static Rule dropped(String suffix) {
    return new Rule(suffix, "", stem -> measure(stem) > 1);
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  private static boolean isConsonant(String word, int at) {
    char c = word.charAt(at);
    if (c == 'y') {
      return at == 0 || !isConsonant(word, at - 1);
    }
    return "aeiou".indexOf(c) < 0;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  /** Number of changes from vowel to consonant. */
  private static int measure(String stem) {
    int changes = 0;
    boolean behindVowel = false;
    for (int i = 0; i < stem.length(); i++) {
      boolean consonant = isConsonant(stem, i);
      changes += behindVowel && consonant ? 1 : 0;
      behindVowel = !consonant;
    }
    return changes;
  }

  /** Consonant, vowel, consonant other than w, x, y; or a whole stem of vowel and consonant. */
  private static boolean endsInShortSyllable(String stem) {
    int last = stem.length() - 1;
    if (last < 1 || !isConsonant(stem, last) || isConsonant(stem, last - 1)) {
      return false;
    }
    return last == 1 || isConsonant(stem, last - 2) && "wxy".indexOf(stem.charAt(last)) < 0;
  }
}
