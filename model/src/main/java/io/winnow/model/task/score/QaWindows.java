package io.winnow.model.task.score;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the tokens of a long context into overlapping windows that fit behind the question, as a
 * Hugging Face tokenizer does with truncation=only_second and a stride:
 *
 * <pre>
 *   [before] question [between] context[from, to) [after]      at most maxLength tokens
 *   next from = from + room - docStride                         room = context tokens of a window
 * </pre>
 *
 * @param maxLength tokens of a row, special tokens included
 * @param docStride context tokens that two windows share
 */
public record QaWindows(int maxLength, int docStride, Specials specials) {

  /**
   * Numbers of special tokens: [CLS] question [SEP] context [SEP] has 1, 1, 1, {@code <s> question
   * </s></s> context </s>} has 1, 2, 1.
   */
  public record Specials(int before, int between, int after) {
    int total() {
      return before + between + after;
    }
  }

  /**
   * One window.
   *
   * @param from its first context token
   * @param to behind its last context token
   * @param contextAt where in the row the first context token stands
   */
  public record Window(int from, int to, int contextAt) {
    /** Place in the row of a context token. */
    public int row(int token) {
      return contextAt + token - from;
    }
  }

  /** First and last token of an answer, as places in a row; both 0 = not in this window. */
  public record Positions(int start, int end) {
    /** What a window without the answer is trained on: the classification token. */
    public static final Positions CLS = new Positions(0, 0);
  }

  public QaWindows {
    if (maxLength < 1 || docStride < 0) {
      throw UserProblem.usage(
          "windows need a length of at least 1 and a stride of at least 0, not %d and %d"
              .formatted(maxLength, docStride));
    }
  }

  /** Windows of a context, in order; a context that fits, or is empty, has one. */
  public List<Window> of(int questionTokens, int contextTokens) {
    int room = maxLength - questionTokens - specials.total();
    int contextAt = specials.before + questionTokens + specials.between;
    if (contextTokens <= Math.max(room, 0)) {
      return List.of(new Window(0, contextTokens, contextAt));
    }
    if (room <= docStride) {
      throw UserProblem.failure(
          ("a question of %d tokens leaves %d of %d tokens for its context, and windows share %d;"
                  + " raise the maximum length, lower the stride, or shorten the question")
              .formatted(questionTokens, Math.max(room, 0), maxLength, docStride));
    }
    List<Window> windows = new ArrayList<>();
    int to = 0;
    for (int from = 0; to < contextTokens; from += room - docStride) {
      to = Math.min(from + room, contextTokens);
      windows.add(new Window(from, to, contextAt));
    }
    return windows;
  }

  /**
   * Where an answer stands in a window: from the last token that begins at or before the answer to
   * the first that ends at or behind it; {@link Positions#CLS} unless the whole answer is inside.
   *
   * <p>run_qa.py looks for the start beyond the window's last context token, and so takes the row's
   * last place for an answer that begins in that token; this stays inside the context.
   *
   * @param answer the characters of the answer in the context
   */
  public static Positions positions(Window window, Offsets offsets, Span answer) {
    if (window.from == window.to
        || offsets.from[window.from] > answer.from
        || offsets.to[window.to - 1] < answer.to) {
      return Positions.CLS;
    }
    int start = window.from;
    while (start + 1 < window.to && offsets.from[start + 1] <= answer.from) {
      start++;
    }
    int end = window.to - 1;
    while (end > window.from && offsets.to[end - 1] >= answer.to) {
      end--;
    }
    return new Positions(window.row(start), window.row(end));
  }

  /** Characters of each token of the whole context; parallel arrays, not written. */
  public record Offsets(int[] from, int[] to) {}

  /** Characters {@code [from, to)} of a context. */
  public record Span(int from, int to) {}
}
