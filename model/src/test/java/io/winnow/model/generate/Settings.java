package io.winnow.model.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings for tests, written as {@code "name=value name=value"}. */
final class Settings {
  private Settings() {}

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** Of a causal model whose only end token is 0. */
  static GenerationSettings of(String overrides) {
    return GenerationSettings.of(null, json("{'eos_token_id': 0, 'pad_token_id': 0}"))
        .with(map(overrides));
  }

  static Map<String, String> map(String overrides) {
    var map = new LinkedHashMap<String, String>();
    for (String each : overrides.strip().split("\\s+")) {
      if (!each.isEmpty()) {
        map.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
      }
    }
    return map;
  }
}
