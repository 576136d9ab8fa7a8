package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The frequencies of rotary positions as {@code config.json} says them: pair i of a head turns by
 * {@code theta^(-2 i / width)} radians per position, some of them slowed down for long contexts.
 *
 * @param factor by which slowed pairs turn slower; 1 for {@link Scaling#DEFAULT}
 * @param llama3 how llama3 tells fast pairs from slow ones; unused by the others
 */
record RopeConfig(float theta, Scaling scaling, float factor, Wavelengths llama3) {
  enum Scaling {
    /** None. */
    DEFAULT,
    /** Every pair turns {@code factor} times slower. */
    LINEAR,
    /** Slow pairs turn {@code factor} times slower, fast ones as before, others in between. */
    LLAMA3
  }

  /**
   * A pair is fast where its wavelength is below {@code original / high}, slow above {@code
   * original / low}.
   *
   * @param original positions that the model was first trained with
   */
  record Wavelengths(float low, float high, float original) {
    static final Wavelengths NONE = new Wavelengths(1f, 1f, 1f);
  }

  /**
   * Reads both spellings: {@code rope_theta} with {@code rope_scaling}, and {@code rope_parameters}
   * of transformers 5, with {@code type} as the old name of {@code rope_type}.
   */
  static RopeConfig of(ConfigFields fields) {
    boolean nested = fields.given("rope_parameters");
    String parent = nested ? "rope_parameters" : "rope_scaling";
    JsonNode node = fields.json().path(parent);
    if (fields.given(parent) && !node.isObject()) {
      throw fields.refused(parent, node, "an object");
    }
    var scaling = new ConfigFields(node, parent + ".");
    var top = nested && scaling.given("rope_theta") ? scaling : fields;
    float theta = top.number("rope_theta", 10000);
    String field = scaling.given("rope_type") ? "rope_type" : "type";
    String type = scaling.given(field) ? node.path(field).asText() : "default";
    return switch (type) {
      case "default" -> new RopeConfig(theta, Scaling.DEFAULT, 1f, Wavelengths.NONE);
      case "linear" ->
          new RopeConfig(theta, Scaling.LINEAR, scaling.requiredNumber("factor"), Wavelengths.NONE);
      case "llama3" ->
          new RopeConfig(
              theta, Scaling.LLAMA3, scaling.requiredNumber("factor"), wavelengths(scaling));
      default -> throw scaling.refused(field, node.path(field), "default, linear, llama3");
    };
  }

  private static Wavelengths wavelengths(ConfigFields scaling) {
    return new Wavelengths(
        scaling.requiredNumber("low_freq_factor"),
        scaling.requiredNumber("high_freq_factor"),
        scaling.requiredNumber("original_max_position_embeddings"));
  }

  /** Radians per position of each pair {@code [width / 2]}, in float steps as in transformers. */
  float[] frequencies(int width) {
    float[] frequencies = new float[width / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / width;
      float frequency = 1f / (float) StrictMath.pow(theta, exponent);
      frequencies[i] =
          switch (scaling) {
            case DEFAULT -> frequency;
            case LINEAR -> frequency / factor;
            case LLAMA3 -> llama3(frequency);
          };
    }
    return frequencies;
  }

  private float llama3(float frequency) {
    float wavelength = (float) (2 * Math.PI) / frequency;
    if (wavelength < llama3.original / llama3.high) {
      return frequency;
    }
    if (wavelength > llama3.original / llama3.low) {
      return frequency / factor;
    }
    float smooth = (llama3.original / wavelength - llama3.low) / (llama3.high - llama3.low);
    return (1f - smooth) * frequency / factor + smooth * frequency;
  }
}
