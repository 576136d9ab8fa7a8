package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.io.ModelFolder;
import java.nio.file.Path;

/** What a model's folder and its config.json say that data must fit. */
public record ModelFacts(Path folder, JsonNode config) {
  /** Reads config.json. */
  public static ModelFacts of(Path folder) {
    try (ModelFolder model = ModelFolder.open(folder)) {
      return new ModelFacts(folder, model.config());
    }
  }

  /** Tokens that the model knows; where config.json does not say, the architecture refuses it. */
  public int vocabulary() {
    return config.path("vocab_size").asInt(Integer.MAX_VALUE);
  }

  /** Whether the model tells token types apart. */
  public boolean hasTypes() {
    return config.path("type_vocab_size").asInt(0) > 1;
  }

  /** Whether it is a model with encoder and decoder. */
  public boolean isEncoderDecoder() {
    return config.path("is_encoder_decoder").asBoolean(false);
  }
}
