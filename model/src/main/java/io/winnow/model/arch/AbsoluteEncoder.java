package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What BERT and RoBERTa have in common: absolute positions and token types, plain attention, and
 * the fields of {@code config.json}. Absent fields are what transformers takes them for; sizes are
 * asked for.
 *
 * @param input what a sequence head's first layer reads
 */
record AbsoluteEncoder(EncoderNames names, HeadInput input) {
  /** The first token's last state, or that behind the classifier's dropout. */
  enum HeadInput {
    STATE,
    DROPPED
  }

  private static final int TYPES = 2;
  private static final int POSITIONS = 512;

  /**
   * The encoder that a configuration describes.
   *
   * @param paddingId what positions are counted from, as in {@link EncoderConfig.Positions}
   */
  Architecture of(ConfigFields fields, TaskHead head, @Nullable Integer paddingId) {
    fields.require("position_embedding_type", "absolute", "absolute");
    fields.require("is_decoder", "false", "false");
    fields.require("add_cross_attention", "false", "false");
    return new Encoder(
        new EncoderConfig(
            names,
            head,
            sizes(fields),
            new EncoderConfig.Functions(fields.activation("hidden_act", "gelu"), Activation.TANH),
            dropouts(fields),
            fields.number("layer_norm_eps", 1e-12),
            fields.number("initializer_range", 0.02),
            EncoderConfig.Padding.COMPUTED,
            positions(fields, paddingId),
            null,
            null));
  }

  private static EncoderConfig.Sizes sizes(ConfigFields fields) {
    int hidden = fields.positive("hidden_size");
    return new EncoderConfig.Sizes(
        fields.positive("vocab_size"),
        fields.positive("type_vocab_size", TYPES),
        hidden,
        fields.positive("num_hidden_layers"),
        heads(fields, hidden),
        fields.positive("intermediate_size"),
        1);
  }

  /** Heads that divide the width evenly. */
  static int heads(ConfigFields fields, int hidden) {
    int heads = fields.positive("num_attention_heads");
    if (hidden % heads != 0) {
      JsonNode value = fields.json().path("num_attention_heads");
      throw fields.refused("num_attention_heads", value, "a divisor of hidden_size " + hidden);
    }
    return heads;
  }

  private EncoderConfig.Dropouts dropouts(ConfigFields fields) {
    float hidden = fields.number("hidden_dropout_prob", 0.1);
    float classifier = fields.number("classifier_dropout", hidden);
    return new EncoderConfig.Dropouts(
        hidden,
        fields.number("attention_probs_dropout_prob", 0.1),
        input == HeadInput.DROPPED ? classifier : 0f,
        classifier);
  }

  private static EncoderConfig.Positions positions(
      ConfigFields fields, @Nullable Integer paddingId) {
    int entries = fields.positive("max_position_embeddings", POSITIONS);
    var positions = new EncoderConfig.Positions(entries, paddingId);
    if (positions.longest() < 1) {
      JsonNode value = fields.json().path("max_position_embeddings");
      throw fields.refused("max_position_embeddings", value, "more than pad_token_id + 1");
    }
    return positions;
  }
}
