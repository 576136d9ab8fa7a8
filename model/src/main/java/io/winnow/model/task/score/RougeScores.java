package io.winnow.model.task.score;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** F-measures of a text, or their means over many, from 0 to 1. */
public record RougeScores(double rouge1, double rouge2, double rougeL, double rougeLsum) {

  /**
   * Means in order of the texts. (The script of Hugging Face draws bootstrap samples and takes the
   * median of their means, which differs from the mean by its noise alone.)
   *
   * @param texts at least one
   */
  public static RougeScores mean(List<RougeScores> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("the mean of no scores");
    }
    return new RougeScores(
        mean(texts, RougeScores::rouge1),
        mean(texts, RougeScores::rouge2),
        mean(texts, RougeScores::rougeL),
        mean(texts, RougeScores::rougeLsum));
  }

  /** Percentages under the names that are usual. */
  public Map<String, Double> percentages() {
    Map<String, Double> scores = new TreeMap<>();
    scores.put("rouge1", 100 * rouge1);
    scores.put("rouge2", 100 * rouge2);
    scores.put("rougeL", 100 * rougeL);
    scores.put("rougeLsum", 100 * rougeLsum);
    return scores;
  }

  private static double mean(List<RougeScores> texts, ToDoubleFunction<RougeScores> score) {
    double sum = 0;
    for (RougeScores text : texts) {
      sum += score.applyAsDouble(text);
    }
    return sum / texts.size();
  }
}
