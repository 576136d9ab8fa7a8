package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * BERT from its {@code config.json}: positions are columns; a sequence head is the pretrained
 * pooler on the first token, tanh, and a classifier.
 */
final class Bert {
  static final String MODEL_TYPE = "bert";

  private static final EncoderNames NAMES =
      new EncoderNames(
          MODEL_TYPE, "bert", "query", "key", "value", "bert.pooler.dense", "classifier");

  private Bert() {}

  static Architecture of(JsonNode json, TaskHead head) {
    var family = new AbsoluteEncoder(NAMES, AbsoluteEncoder.HeadInput.STATE);
    return family.of(new ConfigFields(json), head, null);
  }
}
