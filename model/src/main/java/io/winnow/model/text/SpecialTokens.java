package io.winnow.model.text;

/** What becomes of special tokens when ids are turned into text. */
public enum SpecialTokens {
  KEEP,
  SKIP
}
