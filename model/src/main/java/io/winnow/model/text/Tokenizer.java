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

  /** Encodes one text. */
  default Encoded encode(String text) {
    return encode(text, null);
  }

  /** Tokens that an encoded text has at most, special tokens included. */
  int maxLength();

  /** The id that fills short rows of a batch. */
  int padId();

  /** One more than the largest id. */
  int vocabularySize();

  /** Ids of the special tokens. */
  Set<Integer> specialIds();

  /** Id of a token as the tokenizer's file spells it. */
  OptionalInt id(String token);

  /** SHA-256 of the tokenizer's file, in hexadecimal. */
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
              + "; use the tokenizer.json that came with the model");
    }
  }

  @Override
  void close();
}
