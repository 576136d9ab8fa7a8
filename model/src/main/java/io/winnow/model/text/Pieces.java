package io.winnow.model.text;

import java.util.List;

/**
 * What differs between families of tokenizers: text that holds no special tokens to ids, and tokens
 * back to text. Immutable, for any number of threads.
 */
interface Pieces {
  /** Adds the tokens of text[from, to), with offsets into the whole text. */
  void split(String text, int from, int to, TokenBuffer out);

  /** What the family's decoder makes of these tokens, spelled as in the vocabulary. */
  String text(List<String> tokens);
}
