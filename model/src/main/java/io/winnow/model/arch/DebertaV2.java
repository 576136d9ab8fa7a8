package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.arch.EncoderConfig.Relative;
import io.winnow.model.arch.EncoderConfig.RelativeKeys;
import io.winnow.model.arch.EncoderConfig.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa v2 and v3 from their {@code config.json}. Absent fields are what transformers takes them
 * for, which is not what v3 is: without {@code relative_attention} there are no relative positions,
 * without {@code position_biased_input} there are absolute ones, without {@code share_att_key} keys
 * are not shared, without {@code norm_rel_ebd} relative rows are not normalised. Sizes have no such
 * default here and are asked for.
 */
final class DebertaV2 {
  static final String MODEL_TYPE = "deberta-v2";

  private static final EncoderNames NAMES =
      new EncoderNames(
          MODEL_TYPE,
          "deberta",
          "query_proj",
          "key_proj",
          "value_proj",
          "pooler.dense",
          "classifier");

  private DebertaV2() {}

  static Architecture of(JsonNode json, TaskHead head) {
    var fields = new ConfigFields(json);
    EncoderConfig.Sizes sizes = sizes(fields, head);
    return new Encoder(
        new EncoderConfig(
            NAMES,
            head,
            sizes,
            new EncoderConfig.Functions(
                fields.activation("hidden_act", "gelu"),
                fields.activation("pooler_hidden_act", "gelu")),
            dropouts(fields),
            fields.number("layer_norm_eps", 1e-7),
            fields.number("initializer_range", 0.02),
            EncoderConfig.Padding.CLEARED,
            positions(fields),
            relative(fields),
            convolution(fields, sizes)));
  }

  private static EncoderConfig.Sizes sizes(ConfigFields fields, TaskHead head) {
    int hidden = fields.positive("hidden_size");
    int heads = AbsoluteEncoder.heads(fields, hidden);
    String size = Integer.toString(hidden);
    String width = Integer.toString(hidden / heads);
    fields.require("attention_head_size", width, width);
    fields.require("embedding_size", size, size);
    if (head.kind() == TaskHead.Kind.SEQUENCE) {
      fields.require("pooler_hidden_size", size, size);
    }
    return new EncoderConfig.Sizes(
        fields.positive("vocab_size"),
        types(fields),
        hidden,
        fields.positive("num_hidden_layers"),
        heads,
        fields.positive("intermediate_size"),
        1 + terms(fields).size());
  }

  private static int types(ConfigFields fields) {
    int types = fields.integer("type_vocab_size", 0);
    if (types < 0) {
      throw fields.refused(
          "type_vocab_size", fields.json().path("type_vocab_size"), "0 (none) or more");
    }
    return types;
  }

  private static EncoderConfig.Dropouts dropouts(ConfigFields fields) {
    float hidden = fields.number("hidden_dropout_prob", 0.1);
    return new EncoderConfig.Dropouts(
        hidden,
        fields.number("attention_probs_dropout_prob", 0.1),
        fields.number("pooler_dropout", 0),
        fields.number("cls_dropout", hidden));
  }

  private static EncoderConfig.@Nullable Positions positions(ConfigFields fields) {
    return fields.flag("position_biased_input", true)
        ? new EncoderConfig.Positions(fields.positive("max_position_embeddings", 512), null)
        : null;
  }

  /** Without any term relative rows would be in the file, but nobody would read them. */
  private static @Nullable Relative relative(ConfigFields fields) {
    Set<String> terms = terms(fields);
    boolean normalized = isNormalized(fields);
    if (!fields.flag("relative_attention") || terms.isEmpty()) {
      return null;
    }
    int farthest = fields.integer("max_relative_positions", -1);
    return new Relative(
        new Terms(terms.contains("c2p"), terms.contains("p2c")),
        fields.flag("share_att_key") ? RelativeKeys.SHARED : RelativeKeys.OWN,
        Math.max(fields.integer("position_buckets", -1), 0),
        farthest < 1 ? fields.positive("max_position_embeddings", 512) : farthest,
        normalized);
  }

  /** The terms of the scores besides the content's; the scale counts them, relative or not. */
  private static Set<String> terms(ConfigFields fields) {
    Set<String> terms = words(fields, "pos_att_type");
    if (!Set.of("c2p", "p2c").containsAll(terms)) {
      JsonNode given = fields.json().path("pos_att_type");
      throw fields.refused("pos_att_type", given, "c2p, p2c, both ('p2c|c2p') or none");
    }
    return terms;
  }

  private static boolean isNormalized(ConfigFields fields) {
    Set<String> words = words(fields, "norm_rel_ebd");
    if (!Set.of("layer_norm", "none").containsAll(words)) {
      JsonNode given = fields.json().path("norm_rel_ebd");
      throw fields.refused("norm_rel_ebd", given, "'layer_norm' and 'none'");
    }
    return words.contains("layer_norm");
  }

  /** The words of a list, or of one text with bars between them. */
  private static Set<String> words(ConfigFields fields, String field) {
    JsonNode given = fields.json().path(field);
    List<String> parts = new ArrayList<>();
    if (given.isArray()) {
      given.forEach(word -> parts.add(word.asText()));
    } else if (fields.given(field)) {
      parts.addAll(List.of(given.asText().split("\\|")));
    }
    var words = new TreeSet<String>();
    parts.forEach(part -> words.add(part.strip().toLowerCase(Locale.ROOT)));
    words.remove("");
    return words;
  }

  private static EncoderConfig.@Nullable Convolution convolution(
      ConfigFields fields, EncoderConfig.Sizes sizes) {
    int kernel = fields.integer("conv_kernel_size", 0);
    if (kernel <= 0) {
      return null;
    }
    if (kernel % 2 == 0) {
      JsonNode value = fields.json().path("conv_kernel_size");
      throw fields.refused("conv_kernel_size", value, "odd numbers, and 0 for no convolution");
    }
    int groups = fields.positive("conv_groups", 1);
    if (sizes.hidden() % groups != 0) {
      JsonNode value = fields.json().path("conv_groups");
      throw fields.refused("conv_groups", value, "a divisor of hidden_size " + sizes.hidden());
    }
    return new EncoderConfig.Convolution(kernel, groups, fields.activation("conv_act", "tanh"));
  }
}
