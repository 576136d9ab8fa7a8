package io.winnow.model.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How text is generated. Names, meanings and defaults are those of transformers 4.45; lengths count
 * a sequence's own tokens, never padding.
 *
 * @param returned sequences per prompt; more than one only of beams (at most as many) or samples
 */
public record GenerationSettings(
    Length length, Beams beams, Repeats repeats, Sampling sampling, TokenIds tokens, int returned) {

  /**
   * Lengths in tokens. A sequence begins with the prompt of a causal model, and with the decoder's
   * start token of a sequence-to-sequence model; both count, but not where it says new.
   *
   * @param maxNew where given, {@code max} is not looked at
   */
  public record Length(int max, @Nullable Integer maxNew, int min, int minNew) {}

  /**
   * Beam search, where {@code count > 1}.
   *
   * @param lengthPenalty p in score = sum of log-probabilities / (new tokens)^p
   */
  public record Beams(int count, double lengthPenalty, EarlyStopping earlyStopping) {}

  /**
   * What keeps a sequence from repeating itself.
   *
   * @param ngram no n tokens in a row occur twice; 0 = they may
   * @param penalty what scores of tokens that occurred are divided by, or multiplied with where
   *     they are below 0; 1 = none
   */
  public record Repeats(int ngram, double penalty) {}

  /**
   * Sampling, where {@code enabled}.
   *
   * @param topK only so many tokens with the highest scores, and ties of the last; 0 = all
   * @param topP only the fewest likeliest tokens with at least this probability together; 1 = all
   */
  public record Sampling(boolean enabled, double temperature, int topK, double topP, long seed) {}

  /**
   * Tokens with a meaning.
   *
   * @param eos each of them ends a sequence; may be empty
   * @param pad what prompts are filled up with
   * @param decoderStart null for a causal model
   * @param forcedBos the second token of every sequence
   * @param forcedEos the last token of every sequence that reaches its greatest length: the
   *     likeliest of these; empty = any
   */
  public record TokenIds(
      List<Integer> eos,
      int pad,
      @Nullable Integer decoderStart,
      @Nullable Integer forcedBos,
      List<Integer> forcedEos) {
    /** Copies its lists. */
    public TokenIds {
      eos = List.copyOf(eos);
      forcedEos = List.copyOf(forcedEos);
    }
  }

  /** Checks what settings say together. */
  public GenerationSettings {
    GenerationChecks.require(length, beams, sampling, returned);
  }

  /**
   * The settings of a model folder. As in transformers, generation_config.json says everything
   * where it exists, otherwise config.json does; what neither says has transformers' default. Only
   * the ids of end, padding and start are looked for in config.json too, and in the defaults of the
   * family, because without them generation would not end.
   *
   * @param generationConfig null where the folder has none
   * @throws io.winnow.model.compute.UserProblem if a value is not what it must be, or a setting is
   *     used that this code does not know
   */
  public static GenerationSettings of(@Nullable JsonNode generationConfig, JsonNode config) {
    return of(generationConfig, config, Map.of());
  }

  /**
   * The settings of a model folder with others in place of some, as by {@link #with}; only together
   * they must make sense.
   */
  public static GenerationSettings of(
      @Nullable JsonNode generationConfig, JsonNode config, Map<String, String> overrides) {
    return GenerationSettingsReader.read(generationConfig, config, overrides);
  }

  /**
   * These settings with others in place of some: names as in generation_config.json (or with
   * hyphens), values as text, {@code none} to turn one off. {@code max_length} alone also turns
   * max_new_tokens off, which would otherwise silently win.
   *
   * @throws io.winnow.model.compute.UserProblem for an unknown name, with the nearest one, and for
   *     a value that is not what it must be
   */
  public GenerationSettings with(Map<String, String> overrides) {
    return GenerationSettingsReader.override(this, overrides);
  }

  /** The names of all settings. */
  public static List<String> names() {
    return Arrays.stream(GenerationField.values()).map(GenerationField::key).toList();
  }

  /** All settings by name; {@link #with} reads them back to equal ones. */
  public Map<String, String> fields() {
    var fields = new LinkedHashMap<String, String>();
    put(fields, GenerationField.MAX_LENGTH, length.max);
    put(fields, GenerationField.MAX_NEW_TOKENS, length.maxNew);
    put(fields, GenerationField.MIN_LENGTH, length.min);
    put(fields, GenerationField.MIN_NEW_TOKENS, length.minNew);
    put(fields, GenerationField.NUM_BEAMS, beams.count);
    put(fields, GenerationField.LENGTH_PENALTY, beams.lengthPenalty);
    put(fields, GenerationField.EARLY_STOPPING, beams.earlyStopping.text());
    put(fields, GenerationField.NO_REPEAT_NGRAM_SIZE, repeats.ngram);
    put(fields, GenerationField.REPETITION_PENALTY, repeats.penalty);
    put(fields, GenerationField.NUM_RETURN_SEQUENCES, returned);
    put(fields, GenerationField.DO_SAMPLE, sampling.enabled);
    put(fields, GenerationField.TEMPERATURE, sampling.temperature);
    put(fields, GenerationField.TOP_K, sampling.topK);
    put(fields, GenerationField.TOP_P, sampling.topP);
    put(fields, GenerationField.SEED, sampling.seed);
    put(fields, GenerationField.EOS_TOKEN_ID, list(tokens.eos));
    put(fields, GenerationField.PAD_TOKEN_ID, tokens.pad);
    put(fields, GenerationField.DECODER_START_TOKEN_ID, tokens.decoderStart);
    put(fields, GenerationField.FORCED_BOS_TOKEN_ID, tokens.forcedBos);
    put(fields, GenerationField.FORCED_EOS_TOKEN_ID, list(tokens.forcedEos));
    return fields;
  }

  private static void put(
      Map<String, String> fields, GenerationField field, @Nullable Object value) {
    fields.put(field.key(), value == null ? "none" : value.toString());
  }

  private static @Nullable String list(List<Integer> ids) {
    return ids.isEmpty()
        ? null
        : ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
