package io.winnow.model.task.score;

import io.winnow.model.task.score.SquadText.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What SQuAD's evaluation scripts print, under their keys, in percent; sums in order of the
 * questions.
 */
public final class SquadScores {
  private SquadScores() {}

  /** evaluate-v1.1: exact_match and f1. A question without a prediction has an empty text. */
  public static Map<String, Double> v1(List<SquadPrediction> predictions) {
    requireSome(predictions);
    double exact = 0;
    double f1 = 0;
    for (SquadPrediction prediction : predictions) {
      exact += SquadText.bestExact(prediction.text(), prediction.answers());
      f1 += SquadText.bestF1(Version.V1, prediction.text(), prediction.answers());
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("exact_match", 100 * exact / predictions.size());
    scores.put("f1", 100 * f1 / predictions.size());
    return scores;
  }

  /**
   * evaluate-v2.0 without odds of "there is none": exact, f1, total, the same over the answerable
   * questions (HasAns_) and the others (NoAns_) where there are any, and the best scores that a
   * threshold would reach.
   *
   * <p>best_exact and best_f1 take {@link SquadPrediction#nullOdds()} in rising order as the
   * threshold above which a question is given up; the first of equally good ones counts.
   */
  public static Map<String, Double> v2(List<SquadPrediction> predictions) {
    return v2(predictions, Double.POSITIVE_INFINITY);
  }

  /**
   * As {@link #v2(List)}, where a question with {@code nullOdds} above the threshold counts as
   * given up, whatever its text. Only best_exact and best_f1 look at the texts alone.
   */
  public static Map<String, Double> v2(List<SquadPrediction> predictions, double threshold) {
    requireSome(predictions);
    double[] exact = new double[predictions.size()];
    double[] f1 = new double[predictions.size()];
    for (int i = 0; i < exact.length; i++) {
      List<String> answers = golds(predictions.get(i));
      exact[i] = SquadText.bestExact(predictions.get(i).text(), answers);
      f1[i] = SquadText.bestF1(Version.V2, predictions.get(i).text(), answers);
    }
    Results raw = new Results(predictions, exact, f1);
    Results kept = raw.givenUpAbove(threshold);
    Map<String, Double> scores = new LinkedHashMap<>();
    kept.put(scores, "", prediction -> true);
    kept.put(scores, "HasAns_", SquadPrediction::isAnswerable);
    kept.put(scores, "NoAns_", prediction -> !prediction.isAnswerable());
    raw.putBest(scores, "best_exact", exact);
    raw.putBest(scores, "best_f1", f1);
    return scores;
  }

  /** Answers that are nothing but punctuation and articles do not count. */
  private static List<String> golds(SquadPrediction prediction) {
    List<String> golds =
        prediction.answers().stream().filter(a -> !SquadText.normalise(a).isEmpty()).toList();
    return golds.isEmpty() ? List.of("") : golds;
  }

  private static void requireSome(List<SquadPrediction> predictions) {
    if (predictions.isEmpty()) {
      throw new IllegalArgumentException("no predictions to score");
    }
  }

  /** Scores per question. */
  private record Results(List<SquadPrediction> predictions, double[] exact, double[] f1) {

    Results givenUpAbove(double threshold) {
      double[] exactKept = exact.clone();
      double[] f1Kept = f1.clone();
      for (int i = 0; i < exactKept.length; i++) {
        if (predictions.get(i).nullOdds() > threshold) {
          exactKept[i] = predictions.get(i).isAnswerable() ? 0 : 1;
          f1Kept[i] = exactKept[i];
        }
      }
      return new Results(predictions, exactKept, f1Kept);
    }

    void put(Map<String, Double> scores, String prefix, Predicate<SquadPrediction> counted) {
      List<Integer> which = new ArrayList<>();
      for (int i = 0; i < exact.length; i++) {
        if (counted.test(predictions.get(i))) {
          which.add(i);
        }
      }
      if (!which.isEmpty()) {
        scores.put(prefix + "exact", percentage(exact, which));
        scores.put(prefix + "f1", percentage(f1, which));
        scores.put(prefix + "total", (double) which.size());
      }
    }

    /** Giving up all questions scores the unanswerable ones; each kept one then gains or costs. */
    void putBest(Map<String, Double> scores, String key, double[] score) {
      List<Integer> byOdds =
          IntStream.range(0, score.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> predictions.get(i).nullOdds() + 0.0))
              .toList();
      double current = predictions.stream().filter(p -> !p.isAnswerable()).count();
      double best = current;
      double threshold = 0;
      for (int i : byOdds) {
        current += gain(predictions.get(i), score[i]);
        if (current > best) {
          best = current;
          threshold = predictions.get(i).nullOdds();
        }
      }
      scores.put(key, 100 * best / score.length);
      scores.put(key + "_thresh", threshold);
    }

    private static double gain(SquadPrediction kept, double score) {
      if (kept.isAnswerable()) {
        return score;
      }
      return kept.text().isEmpty() ? 0 : -1;
    }

    private static double percentage(double[] score, List<Integer> which) {
      double sum = 0;
      for (int i : which) {
        sum += score[i];
      }
      return 100 * sum / which.size();
    }
  }
}
