package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.util.List;

/**
 * The fields of a Llama {@code config.json} that decide results; absent ones are what transformers
 * takes them for. What would change results and is not supported is refused by name.
 *
 * @param longest positions that the model was trained for
 * @param labels logits of a sequence head; 0 for a language head
 */
record LlamaConfig(
    int labels,
    int vocabulary,
    int hidden,
    int layers,
    Heads heads,
    int intermediate,
    int longest,
    float epsilon,
    float initializerRange,
    float attentionDropout,
    RopeConfig rope,
    Extras extras) {
  private static final List<String> OTHER_MODELS =
      List.of(
          "quantization_config",
          "sliding_window",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "num_local_experts");

  /** Heads of queries, heads of keys and values, the width of each. */
  record Heads(int queries, int keys, int width) {}

  /** What some models have: one matrix for embeddings and output, biases. */
  record Extras(boolean tied, boolean attentionBias, boolean feedForwardBias) {}

  static LlamaConfig of(JsonNode json, TaskHead head) {
    var fields = new ConfigFields(json);
    if (head.kind() == TaskHead.Kind.SPAN) {
      throw UserProblem.failure(
          "model_type llama has no head for question answering by spans; supported: classification,"
              + " regression, language modelling");
    }
    refuseOtherModels(fields);
    int hidden = fields.positive("hidden_size");
    return new LlamaConfig(
        head.labels(),
        fields.positive("vocab_size"),
        hidden,
        fields.positive("num_hidden_layers"),
        heads(fields, hidden),
        fields.positive("intermediate_size"),
        fields.given("max_position_embeddings") ? fields.positive("max_position_embeddings") : 2048,
        fields.number("rms_norm_eps", 1e-6),
        fields.number("initializer_range", 0.02),
        fields.number("attention_dropout", 0),
        RopeConfig.of(fields),
        new Extras(
            fields.flag("tie_word_embeddings"),
            fields.flag("attention_bias"),
            fields.flag("mlp_bias")));
  }

  private static void refuseOtherModels(ConfigFields fields) {
    fields.require("hidden_act", "silu", "silu");
    for (String field : OTHER_MODELS) {
      if (fields.given(field)) {
        throw fields.refused(field, fields.json().path(field), "none (remove it, or set null)");
      }
    }
    if (fields.number("partial_rotary_factor", 1) != 1f) {
      JsonNode value = fields.json().path("partial_rotary_factor");
      throw fields.refused("partial_rotary_factor", value, "1");
    }
  }

  private static Heads heads(ConfigFields fields, int hidden) {
    int queries = fields.positive("num_attention_heads");
    int keys =
        fields.given("num_key_value_heads") ? fields.positive("num_key_value_heads") : queries;
    if (queries % keys != 0) {
      JsonNode value = fields.json().path("num_key_value_heads");
      String supported = "a divisor of num_attention_heads " + queries;
      throw fields.refused("num_key_value_heads", value, supported);
    }
    if (!fields.given("head_dim") && hidden % queries != 0) {
      JsonNode value = fields.json().path("num_attention_heads");
      throw fields.refused("num_attention_heads", value, "a divisor of hidden_size " + hidden);
    }
    int width = fields.given("head_dim") ? fields.positive("head_dim") : hidden / queries;
    if (width % 2 != 0) {
      throw UserProblem.failure(
          "config.json: head_dim is '" + width + "'; supported: an even number (rotary pairs)");
    }
    return new Heads(queries, keys, width);
  }

  boolean isLanguage() {
    return labels == 0;
  }
}
