package io.winnow.model.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@link GenerationSettings} from the files of a model folder and from what a user typed. */
final class GenerationSettingsReader {
  private static final String GENERATION_CONFIG = "generation_config.json";
  private static final String CONFIG = "config.json";

  private static final Set<GenerationField> IDS =
      EnumSet.of(
          GenerationField.EOS_TOKEN_ID,
          GenerationField.PAD_TOKEN_ID,
          GenerationField.DECODER_START_TOKEN_ID);

  /** What the configuration classes of transformers say where config.json does not. */
  private static final Map<String, Map<GenerationField, Integer>> FAMILIES =
      Map.of(
          "bart",
          Map.of(
              GenerationField.EOS_TOKEN_ID, 2,
              GenerationField.PAD_TOKEN_ID, 1,
              GenerationField.DECODER_START_TOKEN_ID, 2,
              GenerationField.FORCED_EOS_TOKEN_ID, 2),
          "llama",
          Map.of(GenerationField.EOS_TOKEN_ID, 2));

  private final Map<GenerationField, JsonNode> values = new EnumMap<>(GenerationField.class);

  private GenerationSettingsReader() {}

  static GenerationSettings read(
      @Nullable JsonNode generationConfig, JsonNode config, Map<String, String> overrides) {
    var reader = new GenerationSettingsReader();
    String file = generationConfig == null ? CONFIG : GENERATION_CONFIG;
    JsonNode first = generationConfig == null ? config : generationConfig;
    UnsupportedGeneration.refuse(file, first);
    for (GenerationField field : GenerationField.values()) {
      if (first.has(field.key())) {
        reader.values.put(field, field.ofFile(file, first.get(field.key())));
      } else if (generationConfig != null && IDS.contains(field) && config.has(field.key())) {
        reader.values.put(field, field.ofFile(CONFIG, config.get(field.key())));
      } else {
        boolean family = generationConfig == null || IDS.contains(field);
        reader.values.put(field, family ? ofFamily(field, config) : field.defaultValue());
      }
    }
    reader.fitToModel(first, config);
    reader.override(overrides);
    return reader.settings();
  }

  static GenerationSettings override(GenerationSettings settings, Map<String, String> overrides) {
    var reader = new GenerationSettingsReader();
    settings.fields().forEach(reader::typed);
    reader.override(overrides);
    return reader.settings();
  }

  private void override(Map<String, String> overrides) {
    boolean causal = id(GenerationField.DECODER_START_TOKEN_ID) == null;
    Set<GenerationField> set = EnumSet.noneOf(GenerationField.class);
    overrides.forEach((name, text) -> set.add(typed(name, text)));
    if (set.contains(GenerationField.MAX_LENGTH) && !set.contains(GenerationField.MAX_NEW_TOKENS)) {
      typed(GenerationField.MAX_NEW_TOKENS.key(), "none");
    }
    if (causal && id(GenerationField.DECODER_START_TOKEN_ID) != null) {
      throw UserProblem.usage(
          "decoder_start_token_id is set, but this model has no decoder beside its encoder");
    }
    if (!causal && id(GenerationField.DECODER_START_TOKEN_ID) == null) {
      throw UserProblem.usage(
          "decoder_start_token_id is none, but this model's decoder must begin with a token");
    }
  }

  private static JsonNode ofFamily(GenerationField field, JsonNode config) {
    Integer id = FAMILIES.getOrDefault(family(config), Map.of()).get(field);
    return id == null ? field.defaultValue() : IntNode.valueOf(id);
  }

  private static String family(JsonNode config) {
    return config.path("model_type").asText("");
  }

  /** Only a sequence-to-sequence model has a start token, at least that of its texts. */
  private void fitToModel(JsonNode first, JsonNode config) {
    var field = GenerationField.DECODER_START_TOKEN_ID;
    if (!config.path("is_encoder_decoder").asBoolean(family(config).equals("bart"))) {
      values.put(field, field.ofText("none"));
      return;
    }
    JsonNode bos =
        first.has("bos_token_id") ? first.get("bos_token_id") : config.path("bos_token_id");
    if (id(field) == null && bos.isIntegralNumber()) {
      values.put(field, field.ofFile(CONFIG, bos));
    }
    if (id(field) == null) {
      throw UserProblem.failure(
          "config.json: neither decoder_start_token_id nor bos_token_id says what the decoder begins with");
    }
  }

  private GenerationField typed(String name, String text) {
    GenerationField field = GenerationField.named(name);
    values.put(field, field.ofText(text));
    return field;
  }

  private GenerationSettings settings() {
    return new GenerationSettings(
        new GenerationSettings.Length(
            whole(GenerationField.MAX_LENGTH),
            id(GenerationField.MAX_NEW_TOKENS),
            whole(GenerationField.MIN_LENGTH),
            whole(GenerationField.MIN_NEW_TOKENS)),
        new GenerationSettings.Beams(
            whole(GenerationField.NUM_BEAMS),
            number(GenerationField.LENGTH_PENALTY),
            EarlyStopping.of(values.get(GenerationField.EARLY_STOPPING))),
        new GenerationSettings.Repeats(
            whole(GenerationField.NO_REPEAT_NGRAM_SIZE),
            number(GenerationField.REPETITION_PENALTY)),
        sampling(),
        tokens(),
        whole(GenerationField.NUM_RETURN_SEQUENCES));
  }

  private GenerationSettings.Sampling sampling() {
    return new GenerationSettings.Sampling(
        values.get(GenerationField.DO_SAMPLE).asBoolean(),
        number(GenerationField.TEMPERATURE),
        whole(GenerationField.TOP_K),
        number(GenerationField.TOP_P),
        values.get(GenerationField.SEED).asLong());
  }

  /** Without a padding token the first end token pads. */
  private GenerationSettings.TokenIds tokens() {
    List<Integer> eos = ids(GenerationField.EOS_TOKEN_ID);
    Integer pad = id(GenerationField.PAD_TOKEN_ID);
    int instead = eos.isEmpty() ? 0 : eos.get(0);
    return new GenerationSettings.TokenIds(
        eos,
        pad == null ? instead : pad,
        id(GenerationField.DECODER_START_TOKEN_ID),
        id(GenerationField.FORCED_BOS_TOKEN_ID),
        ids(GenerationField.FORCED_EOS_TOKEN_ID));
  }

  private int whole(GenerationField field) {
    return values.get(field).asInt();
  }

  private double number(GenerationField field) {
    return values.get(field).asDouble();
  }

  private @Nullable Integer id(GenerationField field) {
    JsonNode value = values.get(field);
    return value.isNull() ? null : value.asInt();
  }

  private List<Integer> ids(GenerationField field) {
    JsonNode value = values.get(field);
    var ids = new ArrayList<Integer>();
    if (value.isArray()) {
      value.forEach(id -> ids.add(id.asInt()));
    } else if (!value.isNull()) {
      ids.add(value.asInt());
    }
    return ids;
  }
}
