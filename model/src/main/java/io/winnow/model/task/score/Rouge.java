package io.winnow.model.task.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ROUGE as Google's rouge_score computes it with use_stemmer: lower case, everything but a-z and
 * 0-9 separates tokens, tokens of more than three characters are stemmed.
 *
 * <pre>
 *   precision = hits / tokens of the prediction,  recall = hits / tokens of the reference
 *   F = 2 precision recall / (precision + recall), 0 where there are no hits
 * </pre>
 *
 * Hits are common n-grams (each as often as it is on both sides), for rougeL the longest common
 * subsequence of the whole texts, for rougeLsum the union of the subsequences that each sentence of
 * the reference has in common with the sentences of the prediction, no token counted more often
 * than either side has it. Sentences are lines here; {@link Sentences} makes lines of sentences.
 */
public final class Rouge {
  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final int STEMMED_FROM = 4;

  private Rouge() {}

  /** Scores of one prediction; lines are the sentences of rougeLsum. */
  public static RougeScores score(String reference, String prediction) {
    List<String> expected = tokens(reference);
    List<String> found = tokens(prediction);
    return new RougeScores(
        ngrams(expected, found, 1),
        ngrams(expected, found, 2),
        f(Subsequence.length(expected, found), expected.size(), found.size()),
        summary(sentences(reference), sentences(prediction)));
  }

  /** As {@link #score}, with both texts cut to sentences for rougeLsum. */
  public static RougeScores scoreSentences(String reference, String prediction) {
    return score(
        String.join("\n", Sentences.split(reference)),
        String.join("\n", Sentences.split(prediction)));
  }

  /** Tokens of a text, stemmed. */
  static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    for (String token : SEPARATORS.split(text.toLowerCase(Locale.ROOT))) {
      if (!token.isEmpty()) {
        tokens.add(token.length() < STEMMED_FROM ? token : PorterStemmer.stem(token));
      }
    }
    return tokens;
  }

  private static double ngrams(List<String> reference, List<String> prediction, int n) {
    Map<List<String>, Integer> available = new HashMap<>();
    for (int i = 0; i + n <= reference.size(); i++) {
      available.merge(reference.subList(i, i + n), 1, Integer::sum);
    }
    long hits = 0;
    for (int i = 0; i + n <= prediction.size(); i++) {
      hits += take(available, prediction.subList(i, i + n)) ? 1 : 0;
    }
    return f(hits, reference.size() - n + 1, prediction.size() - n + 1);
  }

  private static double summary(List<List<String>> reference, List<List<String>> prediction) {
    Map<String, Integer> expected = counts(reference);
    Map<String, Integer> found = counts(prediction);
    long hits = 0;
    for (List<String> sentence : reference) {
      BitSet union = new BitSet();
      for (List<String> candidate : prediction) {
        union.or(Subsequence.places(sentence, candidate));
      }
      for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
        String token = sentence.get(i);
        if (expected.get(token) > 0 && take(found, token)) {
          expected.merge(token, -1, Integer::sum);
          hits++;
        }
      }
    }
    return f(hits, size(reference), size(prediction));
  }

  private static List<List<String>> sentences(String text) {
    return Arrays.stream(text.split("\n")).map(Rouge::tokens).toList();
  }

  private static Map<String, Integer> counts(List<List<String>> sentences) {
    Map<String, Integer> counts = new HashMap<>();
    sentences.forEach(sentence -> sentence.forEach(t -> counts.merge(t, 1, Integer::sum)));
    return counts;
  }

  private static long size(List<List<String>> sentences) {
    return sentences.stream().mapToLong(List::size).sum();
  }

  /** Takes one of a kind, if one is left. */
  private static <T> boolean take(Map<T, Integer> available, T item) {
    int left = available.getOrDefault(item, 0);
    if (left > 0) {
      available.put(item, left - 1);
    }
    return left > 0;
  }

  private static double f(long hits, long reference, long prediction) {
    if (hits == 0) {
      return 0;
    }
    double precision = (double) hits / prediction;
    double recall = (double) hits / reference;
    return 2 * precision * recall / (precision + recall);
  }
}
