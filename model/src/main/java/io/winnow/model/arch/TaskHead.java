package io.winnow.model.arch;

/**
 * What stands behind a model's blocks.
 *
 * @param labels logits per example of a {@link Kind#SEQUENCE} head; 2 of a {@link Kind#SPAN} head;
 *     0 of a {@link Kind#LANGUAGE} head, which has as many as the vocabulary has tokens
 */
public record TaskHead(Kind kind, int labels) {
  /** Kinds of heads. */
  public enum Kind {
    /** One row of logits per example: classification, regression. */
    SEQUENCE,
    /** For every token a logit to begin and one to end the answer: question answering. */
    SPAN,
    /** For every token the next one: the model's own output layer. */
    LANGUAGE
  }

  /** Classification with so many classes, or regression with one output. */
  public static TaskHead sequence(int labels) {
    return new TaskHead(Kind.SEQUENCE, labels);
  }

  /** Question answering. */
  public static TaskHead span() {
    return new TaskHead(Kind.SPAN, 2);
  }

  /** Causal or sequence-to-sequence language modelling. */
  public static TaskHead language() {
    return new TaskHead(Kind.LANGUAGE, 0);
  }
}
