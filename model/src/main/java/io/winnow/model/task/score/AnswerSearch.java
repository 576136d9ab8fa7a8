package io.winnow.model.task.score;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * From start and end logits to the text of an answer, as transformers' postprocess_qa_predictions
 * does it: in each window the best starts are tried with the best ends, all windows of a question
 * are pooled, the best candidates share the probability among them (softmax of start + end logit).
 *
 * <p>Scores are sums in float, as there, so that the same candidates tie; probabilities are in
 * double. Of equal logits the later token is tried first, and of equal scores the candidate found
 * first wins: what a stable sort makes of the original's argsort, whose own order of ties depends
 * on the machine.
 *
 * @param bestOf tokens tried as start and as end, and candidates kept
 * @param maxTokens longest answer
 * @param nullThreshold by how much "there is none" must beat the best answer to be chosen
 * @param answers whether each question has one
 */
public record AnswerSearch(int bestOf, int maxTokens, double nullThreshold, Answers answers) {
  private static final String PLACEHOLDER = "empty";

  public AnswerSearch {
    if (bestOf < 1 || maxTokens < 1) {
      throw UserProblem.usage(
          "an answer search needs at least 1 candidate and 1 token, not %d and %d"
              .formatted(bestOf, maxTokens));
    }
  }

  /** What a data set promises. */
  public enum Answers {
    /** SQuAD 1.1. */
    ALWAYS,
    /** SQuAD 2.0. */
    SOMETIMES
  }

  /** 20 candidates, 30 tokens, threshold 0: the usual settings. */
  public static AnswerSearch usual(Answers answers) {
    return new AnswerSearch(20, 30, 0, answers);
  }

  /**
   * What the model says about one window. Arrays are parallel, one entry per token, and not
   * written.
   *
   * @param from where in the context a token begins; -1 for a token outside it
   * @param to where in the context a token ends
   */
  public record Window(float[] startLogits, float[] endLogits, int[] from, int[] to) {
    public Window {
      if (endLogits.length != startLogits.length || to.length != from.length) {
        throw new IllegalArgumentException(
            "%d start and %d end logits, %d and %d offsets"
                .formatted(startLogits.length, endLogits.length, from.length, to.length));
      }
    }

    private boolean isContext(int token) {
      return token < from.length && from[token] >= 0;
    }
  }

  /**
   * A possible answer.
   *
   * @param probability among the candidates kept
   */
  public record Candidate(String text, float startLogit, float endLogit, double probability) {}

  /**
   * The outcome for one question.
   *
   * @param text empty = "there is none"
   * @param candidates the best ones, best first
   * @param nullOdds score of "there is none" minus that of the best answer; 0 for {@link
   *     Answers#ALWAYS}
   */
  public record Answer(String text, List<Candidate> candidates, double nullOdds) {
    public Answer {
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * The answer to one question.
   *
   * @param windows all windows of the question, at least one, in order
   */
  public Answer find(String context, List<Window> windows) {
    if (windows.isEmpty()) {
      throw new IllegalArgumentException("a question without a window");
    }
    List<Span> spans = new ArrayList<>();
    windows.forEach(window -> collect(window, spans));
    Span none = none(windows);
    if (answers == Answers.SOMETIMES) {
      spans.add(none);
    }
    spans.sort(Comparator.comparingDouble(Span::order).reversed());
    List<Span> best = new ArrayList<>(spans.subList(0, Math.min(bestOf, spans.size())));
    if (answers == Answers.SOMETIMES && best.stream().noneMatch(Span::isNone)) {
      best.add(none);
    }
    List<Candidate> candidates = candidates(context, best);
    return answers == Answers.ALWAYS
        ? new Answer(candidates.get(0).text(), candidates, 0)
        : decide(candidates, none);
  }

  private Answer decide(List<Candidate> candidates, Span none) {
    Candidate best = candidates.stream().filter(c -> !c.text().isEmpty()).findFirst().orElseThrow();
    float odds = none.score() - best.startLogit() - best.endLogit();
    return new Answer(odds > nullThreshold ? "" : best.text(), candidates, odds);
  }

  private void collect(Window window, List<Span> spans) {
    int[] ends = largest(window.endLogits);
    for (int start : largest(window.startLogits)) {
      for (int end : ends) {
        boolean fits = end >= start && end - start < maxTokens;
        if (fits && window.isContext(start) && window.isContext(end)) {
          spans.add(
              new Span(
                  window.from[start],
                  window.to[end],
                  window.startLogits[start],
                  window.endLogits[end]));
        }
      }
    }
  }

  private int[] largest(float[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(i -> logits[i] + 0f)
                .thenComparing(i -> i)
                .reversed())
        .limit(bestOf)
        .mapToInt(i -> i)
        .toArray();
  }

  /** The window whose first token claims least that there is no answer: all of them must agree. */
  private static Span none(List<Window> windows) {
    Span least = null;
    for (Window window : windows) {
      Span none = new Span(0, 0, window.startLogits[0], window.endLogits[0]);
      if (least == null || least.score() > none.score()) {
        least = none;
      }
    }
    return least;
  }

  private List<Candidate> candidates(String context, List<Span> best) {
    List<String> texts = new ArrayList<>();
    best.forEach(span -> texts.add(context.substring(span.from, Math.max(span.from, span.to))));
    boolean nothing =
        texts.isEmpty() || texts.stream().allMatch(String::isEmpty) && needsText(texts);
    if (nothing) {
      best.add(0, new Span(0, 0, 0, 0));
      texts.add(0, PLACEHOLDER);
    }
    double max = best.stream().mapToDouble(Span::score).max().orElseThrow();
    double total = 0;
    for (Span span : best) {
      total += StrictMath.exp(span.score() - max);
    }
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < best.size(); i++) {
      Span span = best.get(i);
      double probability = StrictMath.exp(span.score() - max) / total;
      candidates.add(new Candidate(texts.get(i), span.startLogit, span.endLogit, probability));
    }
    return candidates;
  }

  private boolean needsText(List<String> texts) {
    return texts.size() == 1 || answers == Answers.SOMETIMES;
  }

  /** A stretch of the context; none = (0, 0). */
  private record Span(int from, int to, float startLogit, float endLogit) {
    float score() {
      return startLogit + endLogit;
    }

    double order() {
      return score() + 0f;
    }

    boolean isNone() {
      return from == 0 && to == 0;
    }
  }
}
