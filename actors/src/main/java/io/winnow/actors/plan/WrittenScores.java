package io.winnow.actors.plan;

import io.winnow.model.config.RunConfig.Task.Scoring;
import io.winnow.model.task.Metrics;
import io.winnow.model.task.score.NumberAnswer;
import io.winnow.model.task.score.Rouge;
import io.winnow.model.task.score.RougeScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How texts that were written compare with what was expected. */
public final class WrittenScores {
  private WrittenScores() {}

  /**
   * Scores by name.
   *
   * <ul>
   *   <li>ROUGE: {@code rouge1}, {@code rouge2}, {@code rougeL}, {@code rougeLsum} in percent
   *   <li>exact match: {@code exact_match}, the share of texts that are right to the character, in
   *       percent
   *   <li>GSM8K: {@code exact_match_strict} (the number behind ####) and {@code
   *       exact_match_flexible} (the last number), in percent
   * </ul>
   *
   * @param written and {@code expected} are parallel, at least one
   */
  public static Map<String, Double> of(
      Scoring scoring, List<String> written, List<String> expected) {
    Map<String, Double> scores = new TreeMap<>();
    switch (scoring) {
      case NONE -> {}
      case EXACT_MATCH -> scores.put("exact_match", 100 * Metrics.exactMatch(written, expected));
      case ROUGE -> {
        List<RougeScores> texts = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
          texts.add(Rouge.scoreSentences(expected.get(i), written.get(i)));
        }
        scores.putAll(RougeScores.mean(texts).percentages());
      }
      case GSM8K -> {
        scores.put("exact_match_strict", share(NumberAnswer.STRICT, written, expected));
        scores.put("exact_match_flexible", share(NumberAnswer.FLEXIBLE, written, expected));
      }
    }
    return scores;
  }

  private static double share(NumberAnswer rule, List<String> written, List<String> expected) {
    double right = 0;
    for (int i = 0; i < written.size(); i++) {
      right += rule.exactMatch(written.get(i), expected.get(i));
    }
    return 100 * right / written.size();
  }
}
