package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Activation;

/**
 * The fields of a BART {@code config.json} that decide results. Absent fields mean what they mean
 * in transformers; sizes have no such meaning and are asked for.
 *
 * @param positions the longest sequence, of either side
 * @param wordScale what word embeddings are multiplied by
 */
record BartConfig(
    TaskHead head,
    int vocabulary,
    int hidden,
    Side encoder,
    Side decoder,
    int positions,
    Activation activation,
    float wordScale,
    int start,
    int end,
    float initializerRange,
    Dropouts dropouts) {
  /** PyTorch's own, which no field of BART's changes. */
  static final float EPSILON = 1e-5f;

  /** Rows of a position table before that of position 0. */
  static final int POSITION_OFFSET = 2;

  /** Layers of one side, heads of its attentions, and the width of its feed-forward layers. */
  record Side(int layers, int heads, int intermediate) {}

  record Dropouts(float hidden, float attention, float activation, float classifier) {
    static final Dropouts NONE = new Dropouts(0f, 0f, 0f, 0f);
  }

  static BartConfig of(JsonNode json, TaskHead head) {
    var fields = new ConfigFields(json);
    refuseOtherVariants(fields);
    int hidden = fields.positive("d_model");
    return new BartConfig(
        head,
        fields.positive("vocab_size"),
        hidden,
        side(fields, "encoder", hidden),
        side(fields, "decoder", hidden),
        fields.positive("max_position_embeddings"),
        fields.activation("activation_function", "gelu"),
        fields.flag("scale_embedding") ? (float) Math.sqrt(hidden) : 1f,
        token(fields, "decoder_start_token_id", 2),
        token(fields, "eos_token_id", 2),
        fields.number("init_std", 0.02),
        new Dropouts(
            fields.number("dropout", 0.1),
            fields.number("attention_dropout", 0),
            fields.number("activation_dropout", 0),
            fields.number("classifier_dropout", 0)));
  }

  private static void refuseOtherVariants(ConfigFields fields) {
    fields.require("is_encoder_decoder", "true", "true");
    fields.require("tie_word_embeddings", "true", "true");
    fields.require("normalize_before", "false", "false");
    fields.require("normalize_embedding", "true", "true");
    fields.require("add_final_layer_norm", "false", "false");
    fields.require("static_position_embeddings", "false", "false");
    for (String field : new String[] {"encoder_layerdrop", "decoder_layerdrop"}) {
      if (fields.number(field, 0) != 0f) {
        throw fields.refused(field, fields.json().path(field), "0 (no layers left out)");
      }
    }
  }

  private static Side side(ConfigFields fields, String side, int hidden) {
    String field = side + "_attention_heads";
    int heads = fields.positive(field);
    if (hidden % heads != 0) {
      JsonNode value = fields.json().path(field);
      throw fields.refused(field, value, "a divisor of d_model " + hidden);
    }
    return new Side(fields.positive(side + "_layers"), heads, fields.positive(side + "_ffn_dim"));
  }

  private static int token(ConfigFields fields, String field, int fallback) {
    int id = fields.integer(field, fallback);
    int vocabulary = fields.positive("vocab_size");
    if (id < 0 || id >= vocabulary) {
      JsonNode value = fields.json().path(field);
      throw fields.refused(field, value, "a token id below vocab_size " + vocabulary);
    }
    return id;
  }

  /** Rows of a position table. */
  int positionRows() {
    return positions + POSITION_OFFSET;
  }

  int blocks() {
    return encoder.layers() + decoder.layers();
  }
}
