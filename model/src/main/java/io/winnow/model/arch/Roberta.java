package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * RoBERTa from its {@code config.json}: positions count tokens from {@code pad_token_id + 1} on; a
 * sequence head is two layers of its own on the first token, tanh between them, no pooler.
 */
final class Roberta {
  static final String MODEL_TYPE = "roberta";

  private static final EncoderNames NAMES =
      new EncoderNames(
          MODEL_TYPE,
          "roberta",
          "query",
          "key",
          "value",
          "classifier.dense",
          "classifier.out_proj");
  private static final int PADDING = 1;

  private Roberta() {}

  static Architecture of(JsonNode json, TaskHead head) {
    var fields = new ConfigFields(json);
    var family = new AbsoluteEncoder(NAMES, AbsoluteEncoder.HeadInput.DROPPED);
    return family.of(fields, head, fields.integer("pad_token_id", PADDING));
  }
}
