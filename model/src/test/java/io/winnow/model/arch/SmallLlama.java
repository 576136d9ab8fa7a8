package io.winnow.model.arch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Configurations of Llama small enough for a test. */
public final class SmallLlama {
  public static final int VOCABULARY = 40;

  private SmallLlama() {}

  /** Grouped queries, plain rotary positions, an output layer of its own. */
  public static ObjectNode config(int hidden, int layers) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model_type", "llama");
    json.put("vocab_size", VOCABULARY);
    json.put("hidden_size", hidden);
    json.put("num_hidden_layers", layers);
    json.put("num_attention_heads", 4);
    json.put("num_key_value_heads", 2);
    json.put("intermediate_size", 3 * hidden);
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", 1e-5);
    json.put("max_position_embeddings", 64);
    json.put("initializer_range", 0.2);
    json.put("rope_theta", 10000.0);
    return json;
  }
}
