package io.winnow.model.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.util.Map;

/**
 * Settings of transformers that would change what is generated and that this code does not know. A
 * file may name them only with the value that does nothing.
 */
final class UnsupportedGeneration {
  /** The number that does nothing; besides null, false and an empty list. */
  private static final Map<String, Integer> NEUTRAL =
      Map.ofEntries(
          Map.entry("bad_words_ids", 0),
          Map.entry("begin_suppress_tokens", 0),
          Map.entry("constraints", 0),
          Map.entry("diversity_penalty", 0),
          Map.entry("encoder_no_repeat_ngram_size", 0),
          Map.entry("encoder_repetition_penalty", 1),
          Map.entry("epsilon_cutoff", 0),
          Map.entry("eta_cutoff", 0),
          Map.entry("exponential_decay_length_penalty", 0),
          Map.entry("force_words_ids", 0),
          Map.entry("forced_decoder_ids", 0),
          Map.entry("guidance_scale", 1),
          Map.entry("min_p", 0),
          Map.entry("num_beam_groups", 1),
          Map.entry("penalty_alpha", 0),
          Map.entry("renormalize_logits", 0),
          Map.entry("sequence_bias", 0),
          Map.entry("stop_strings", 0),
          Map.entry("suppress_tokens", 0),
          Map.entry("typical_p", 1));

  private UnsupportedGeneration() {}

  static void refuse(String file, JsonNode config) {
    config
        .fields()
        .forEachRemaining(
            field -> {
              if (NEUTRAL.containsKey(field.getKey())
                  && !isNeutral(field.getValue(), NEUTRAL.get(field.getKey()))) {
                throw UserProblem.failure(
                    "%s: %s is %s, which is not supported; take it out to generate without it"
                        .formatted(file, field.getKey(), field.getValue()));
              }
            });
  }

  private static boolean isNeutral(JsonNode value, int neutral) {
    return value.isNull()
        || value.isBoolean() && !value.asBoolean()
        || value.isContainerNode() && value.isEmpty()
        || value.isNumber() && value.asDouble() == neutral;
  }
}
