package io.winnow.model.text;

/** A stretch of a rendered conversation. */
public record ChatPiece(String text, Source source) {
  /** Where a piece comes from. */
  public enum Source {
    /** Given to the model: questions, headers, special tokens. */
    PROMPT,
    /** What the model is to write: an answer with the token that ends it. */
    ANSWER
  }
}
