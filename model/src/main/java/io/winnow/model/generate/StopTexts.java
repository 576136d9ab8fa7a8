package io.winnow.model.generate;

import java.util.List;

/**
 * Texts that end an answer, for example an empty line or the word that begins the next question.
 */
public record StopTexts(List<String> texts) {
  /** Copies its list. */
  public StopTexts {
    texts = List.copyOf(texts);
    if (texts.contains("")) {
      throw new IllegalStateException("an empty stop text would end every answer: " + texts);
    }
  }

  boolean occurIn(String answer) {
    return texts.stream().anyMatch(answer::contains);
  }

  /** The answer up to the first of these texts, all of it where none occurs. */
  public String cut(String answer) {
    int end =
        texts.stream()
            .mapToInt(answer::indexOf)
            .filter(at -> at >= 0)
            .min()
            .orElse(answer.length());
    return answer.substring(0, end);
  }
}
