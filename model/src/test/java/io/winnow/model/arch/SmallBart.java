package io.winnow.model.arch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Configurations of BART small enough for a test. */
public final class SmallBart {
  private SmallBart() {}

  /** All fields that decide results, with dropout everywhere. */
  public static ObjectNode config(int hidden, int layers) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("model_type", "bart");
    json.put("is_encoder_decoder", true);
    json.put("vocab_size", 40);
    json.put("d_model", hidden);
    json.put("max_position_embeddings", 24);
    for (String side : new String[] {"encoder", "decoder"}) {
      json.put(side + "_layers", layers);
      json.put(side + "_attention_heads", 2);
      json.put(side + "_ffn_dim", 2 * hidden);
      json.put(side + "_layerdrop", 0.0);
    }
    json.put("activation_function", "gelu");
    json.put("dropout", 0.1);
    json.put("attention_dropout", 0.1);
    json.put("activation_dropout", 0.1);
    json.put("classifier_dropout", 0.1);
    json.put("scale_embedding", true);
    json.put("decoder_start_token_id", 2);
    json.put("eos_token_id", 2);
    json.put("pad_token_id", 1);
    json.put("init_std", 0.2);
    return json;
  }

  /** Two sequences of 6 and 4 tokens, which a decoder of 3 rows reads; logits of 4 of its 6. */
  public static Tokens tokens() {
    int[] ids = {0, 7, 9, 11, 5, 2, 0, 31, 8, 2, 1, 1};
    int[] mask = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
    var decoder = new Tokens.Side(3, new int[] {2, 0, 21, 2, 0, 33}, new int[] {1, 1, 1, 1, 1, 1});
    return new Tokens(2, 6, ids, mask, null, decoder, new int[] {0, 2, 3, 5});
  }
}
