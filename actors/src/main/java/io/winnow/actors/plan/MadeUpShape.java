package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Shapes of published models, for measurements on made-up weights: DeBERTa-v3's {@code config.json}
 * with the numbers that matter for speed, without dropout.
 */
public enum MadeUpShape {
  DEBERTA_TINY(64, 2, 4, 128, 1000, 32),
  DEBERTA_SMALL(768, 6, 12, 3072, 128100, 256),
  DEBERTA_BASE(768, 12, 12, 3072, 128100, 256),
  DEBERTA_LARGE(1024, 24, 16, 4096, 128100, 256);

  private static final String PREFIX = "shape:";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int hidden;
  private final int layers;
  private final int heads;
  private final int ffn;
  private final int vocabulary;
  private final int buckets;

  MadeUpShape(int hidden, int layers, int heads, int ffn, int vocabulary, int buckets) {
    this.hidden = hidden;
    this.layers = layers;
    this.heads = heads;
    this.ffn = ffn;
    this.vocabulary = vocabulary;
    this.buckets = buckets;
  }

  /** The name that stands in the place of a model folder. */
  public String folder() {
    return PREFIX + label();
  }

  private String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Tokens of the vocabulary. */
  public int vocabulary() {
    return vocabulary;
  }

  static boolean isName(String folder) {
    return folder.startsWith(PREFIX);
  }

  /**
   * The shape of this name, with or without {@code shape:}.
   *
   * @throws UserProblem that lists the names
   */
  public static MadeUpShape named(String name) {
    String wanted = isName(name) ? name.substring(PREFIX.length()) : name;
    List<String> labels = Arrays.stream(values()).map(MadeUpShape::label).toList();
    return Arrays.stream(values())
        .filter(shape -> shape.label().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                UserProblem.usage(
                    "no shape '"
                        + wanted
                        + "'; there are "
                        + String.join(", ", labels)
                        + NearestName.hint(wanted, labels)));
  }

  /** Its config.json. */
  JsonNode config() {
    ObjectNode config = JSON.createObjectNode();
    config.put("model_type", "deberta-v2").put("hidden_act", "gelu").put("vocab_size", vocabulary);
    config.put("hidden_size", hidden).put("num_hidden_layers", layers);
    config.put("num_attention_heads", heads).put("intermediate_size", ffn);
    config.put("hidden_dropout_prob", 0.0).put("attention_probs_dropout_prob", 0.0);
    config.put("max_position_embeddings", 512).put("relative_attention", true);
    config.put("max_relative_positions", -1).put("position_buckets", buckets);
    config.put("norm_rel_ebd", "layer_norm").put("share_att_key", true);
    config.put("pos_att_type", "p2c|c2p").put("position_biased_input", false);
    config.put("layer_norm_eps", 1e-7).put("type_vocab_size", 0).put("initializer_range", 0.02);
    return config;
  }
}
