package io.winnow.model.arch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Configurations of encoders small enough for a test. */
public final class SmallModel {
  private SmallModel() {}

  /** One block of width 16, of this {@code model_type}. */
  public static ObjectNode config(String type) {
    ObjectNode json = config(16, 1).put("model_type", type);
    if (!type.startsWith("deberta")) {
      json.retain(
          "model_type",
          "vocab_size",
          "hidden_size",
          "num_hidden_layers",
          "num_attention_heads",
          "intermediate_size",
          "max_position_embeddings",
          "initializer_range");
    }
    return json;
  }

  /** All fields that DeBERTa-v3's own files have. */
  public static ObjectNode config(int hidden, int layers) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model_type", "deberta-v2");
    json.put("vocab_size", 50);
    json.put("hidden_size", hidden);
    json.put("num_hidden_layers", layers);
    json.put("num_attention_heads", 4);
    json.put("intermediate_size", 2 * hidden);
    json.put("hidden_act", "gelu");
    json.put("hidden_dropout_prob", 0.1);
    json.put("attention_probs_dropout_prob", 0.1);
    json.put("max_position_embeddings", 64);
    json.put("relative_attention", true);
    json.put("max_relative_positions", -1);
    json.put("position_buckets", 16);
    json.put("norm_rel_ebd", "layer_norm");
    json.put("share_att_key", true);
    json.put("pos_att_type", "p2c|c2p");
    json.put("position_biased_input", false);
    json.put("type_vocab_size", 0);
    json.put("initializer_range", 0.2);
    return json;
  }
}
