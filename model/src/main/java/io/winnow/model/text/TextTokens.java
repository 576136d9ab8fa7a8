package io.winnow.model.text;

/**
 * A text as tokens without special tokens, uncut. Token i has id {@code ids[i]} and comes from
 * {@code text.substring(starts[i], ends[i])}: UTF-16 offsets, as Hugging Face's fast tokenizer of
 * the family maps them (SentencePiece pieces include the space before a word, those of RoBERTa and
 * BART do not, a tokenizer.json decides for itself; a space that was put before the text has the
 * range of the text's first character; the bytes of one character all have that character's range).
 * Published, never written again.
 */
public record TextTokens(int[] ids, int[] starts, int[] ends) {
  /** Number of tokens. */
  public int length() {
    return ids.length;
  }
}
