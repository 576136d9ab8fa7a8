package io.winnow.model.task.score;

import java.util.List;

/**
 * A prediction for one question, beside what is right.
 *
 * @param text the predicted answer; empty = "there is none"
 * @param answers the right ones; empty where the context holds none
 * @param nullOdds how much the model prefers "there is none" to its best answer; what thresholds
 *     are searched in. 0 where it is not known
 */
public record SquadPrediction(String text, List<String> answers, double nullOdds) {
  public SquadPrediction {
    answers = List.copyOf(answers);
  }

  /** Whether the context holds an answer. */
  public boolean isAnswerable() {
    return !answers.isEmpty();
  }
}
