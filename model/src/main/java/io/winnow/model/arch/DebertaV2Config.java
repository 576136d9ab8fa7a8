package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a DeBERTa-v2 {@code config.json} that decide results. Supported is what the v3
 * models are: disentangled attention with both position terms, shared keys and log buckets, no
 * absolute positions, token types or convolution. Where the defaults of transformers differ from v3
 * an absent field means the default, and is refused.
 */
record DebertaV2Config(
    int labels,
    int vocabulary,
    int hidden,
    int layers,
    int heads,
    int intermediate,
    int buckets,
    int farthest,
    float epsilon,
    float initializerRange,
    Dropouts dropouts) {

  record Dropouts(float hidden, float attention, float pooler, float classifier) {
    static final Dropouts NONE = new Dropouts(0f, 0f, 0f, 0f);
  }

  static DebertaV2Config of(JsonNode json, TaskHead head) {
    var fields = new ConfigFields(json);
    if (head.kind() != TaskHead.Kind.SEQUENCE) {
      throw UserProblem.failure("deberta-v2 has no " + head.kind() + " head");
    }
    refuseOtherVariants(fields);
    int hidden = fields.positive("hidden_size");
    int heads = fields.positive("num_attention_heads");
    refuseOtherWidths(fields, hidden, heads);
    int farthest = fields.integer("max_relative_positions", -1);
    float hiddenDropout = fields.number("hidden_dropout_prob", 0.1);
    return new DebertaV2Config(
        head.labels(),
        fields.positive("vocab_size"),
        hidden,
        fields.positive("num_hidden_layers"),
        heads,
        fields.positive("intermediate_size"),
        Math.max(fields.integer("position_buckets", -1), 0),
        farthest < 1 ? fields.positive("max_position_embeddings") : farthest,
        fields.number("layer_norm_eps", 1e-7),
        fields.number("initializer_range", 0.02),
        new Dropouts(
            hiddenDropout,
            fields.number("attention_probs_dropout_prob", 0.1),
            fields.number("pooler_dropout", 0),
            fields.number("cls_dropout", hiddenDropout)));
  }

  private static void refuseOtherVariants(ConfigFields fields) {
    fields.require("relative_attention", "true", "false");
    fields.require("position_biased_input", "false", "true");
    fields.require("share_att_key", "true", "false");
    fields.require("norm_rel_ebd", "layer_norm", "none");
    fields.require("hidden_act", "gelu", "gelu");
    fields.require("pooler_hidden_act", "gelu", "gelu");
    fields.require("type_vocab_size", "0", "0");
    fields.require("conv_kernel_size", "0", "0");
    var terms = new TreeSet<String>();
    JsonNode given = fields.json().path("pos_att_type");
    if (given.isArray()) {
      given.forEach(term -> terms.add(term.asText().strip().toLowerCase(Locale.ROOT)));
    } else {
      for (String term : given.asText().split("\\|")) {
        terms.add(term.strip().toLowerCase(Locale.ROOT));
      }
    }
    if (!terms.equals(Set.of("c2p", "p2c"))) {
      throw fields.refused("pos_att_type", given, "c2p and p2c together ('p2c|c2p')");
    }
  }

  private static void refuseOtherWidths(ConfigFields fields, int hidden, int heads) {
    if (hidden % heads != 0) {
      JsonNode value = fields.json().path("num_attention_heads");
      throw fields.refused("num_attention_heads", value, "a divisor of hidden_size " + hidden);
    }
    String width = Integer.toString(hidden / heads);
    fields.require("attention_head_size", width, width);
    String size = Integer.toString(hidden);
    fields.require("embedding_size", size, size);
    fields.require("pooler_hidden_size", size, size);
  }

  int headWidth() {
    return hidden / heads;
  }

  int span() {
    return buckets > 0 ? buckets : farthest;
  }
}
