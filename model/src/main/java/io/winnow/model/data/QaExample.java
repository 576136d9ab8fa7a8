package io.winnow.model.data;

import java.util.List;

/**
 * A question about a text.
 *
 * @param answers the right ones, where they stand in the context; empty = the context holds none
 * @param title of the article, or empty
 */
public record QaExample(
    String id, String question, String context, List<Answer> answers, String title) {
  public QaExample {
    answers = List.copyOf(answers);
  }

  /**
   * A right answer.
   *
   * @param start its first char in the context, in UTF-16 units as Java counts (files count code
   *     points)
   */
  public record Answer(String text, int start) {
    /** Behind its last char in the context. */
    public int end() {
      return start + text.length();
    }
  }

  /** Whether the context holds no answer. */
  public boolean isImpossible() {
    return answers.isEmpty();
  }
}
