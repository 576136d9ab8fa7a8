package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A token that is found in the text as it is written, before the text is split into pieces.
 *
 * @param lstrip whether white space before it belongs to it
 * @param rstrip whether white space behind it belongs to it
 * @param singleWord whether it counts only where no letter or digit touches it
 * @param special whether decoding may leave it out
 */
record AddedToken(
    String content, int id, boolean lstrip, boolean rstrip, boolean singleWord, boolean special) {
  /** A special token that takes nothing of what is around it. */
  static AddedToken special(String content, int id) {
    return new AddedToken(content, id, false, false, false, true);
  }

  /** A mask token as RoBERTa has it: with the white space before it. */
  static AddedToken mask(String content, int id) {
    return new AddedToken(content, id, true, false, false, true);
  }

  /** The same token as a special one. */
  AddedToken asSpecial() {
    return new AddedToken(content, id, lstrip, rstrip, singleWord, true);
  }

  /** An entry of added_tokens_decoder or of tokenizer.json's added_tokens. */
  static AddedToken read(int id, JsonNode entry) {
    return new AddedToken(
        entry.path("content").asText(),
        id,
        entry.path("lstrip").asBoolean(),
        entry.path("rstrip").asBoolean(),
        entry.path("single_word").asBoolean(),
        entry.path("special").asBoolean());
  }
}
