package io.winnow.model.text;

import io.winnow.model.compute.UserProblem;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns text into token ids with the model's special tokens. A text longer than {@link
 * #maxLength()} is cut, of a pair always the longer one. Safe to use from several threads; the
 * caller closes.
 */
public interface Tokenizer extends AutoCloseable {
  /** Encodes one text, or a pair where {@code pair} is given. */
  Encoded encode(String text, @Nullable String pair);

  /** The tokens of a text alone: no special tokens around them, nothing cut. */
  TextTokens plain(String text);

  /**
   * The model's special tokens around plain ids, nothing cut.
   *
   * @param first ids of the first or only text
   * @param second ids of the second text; null where there is one text
   */
  Joined join(int[] first, int @Nullable [] second);

  /** Special tokens that {@link #join} puts around one text. */
  int singleSpecials();

  /** Special tokens that {@link #join} puts around a pair. */
  int pairSpecials();

  /**
   * The text of ids, as Hugging Face decodes it; ids without a token are left out. Spaces before
   * punctuation stay, unless tokenizer_config.json says clean_up_tokenization_spaces.
   */
  String decode(int[] ids, SpecialTokens how);

  /** Encodes one text. */
  default Encoded encode(String text) {
    return encode(text, null);
  }

  /** Tokens that an encoded text has at most, special tokens included. */
  int maxLength();

  /**
   * The id that fills short rows of a batch: the pad_token of the folder's files, else
   * config.json's pad_token_id, else {@link #endId()} (Llama has no padding token), else 0.
   */
  int padId();

  /**
   * The id that begins a text, by bos_token of the folder's files or config.json's bos_token_id.
   */
  OptionalInt beginId();

  /** The id that ends a text, by eos_token of the folder's files or config.json's eos_token_id. */
  OptionalInt endId();

  /**
   * The tokenizer of what the model writes. It is this one, unless the model reads one alphabet and
   * writes another; closed with this one.
   */
  default Tokenizer target() {
    return this;
  }

  /** One more than the largest id. */
  int vocabularySize();

  /** Ids of the special tokens. */
  Set<Integer> specialIds();

  /** Id of a token as the tokenizer's file spells it. */
  OptionalInt id(String token);

  /** SHA-256 of everything that decides ids, in hexadecimal. */
  String fingerprint();

  /**
   * Refuses a tokenizer whose ids go beyond the model's embedding.
   *
   * @param modelVocabulary vocab_size of config.json
   */
  default void requireFits(int modelVocabulary) {
    if (vocabularySize() > modelVocabulary) {
      throw UserProblem.failure(
          "the tokenizer does not fit the model: its largest id is %d, the model's vocab_size is %d"
                  .formatted(vocabularySize() - 1, modelVocabulary)
              + "; use the tokenizer files that came with the model");
    }
  }

  @Override
  void close();
}
