package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Activation;
import io.winnow.model.compute.UserProblem;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads fields of a {@code config.json}; refuses what is missing or not supported by name.
 *
 * @param path what stands before a field's name in messages: empty, or the object it lies in
 */
record ConfigFields(JsonNode json, String path) {
  private static final Map<String, Activation> ACTIVATIONS = activations();

  ConfigFields(JsonNode json) {
    this(json, "");
  }

  int positive(String field) {
    JsonNode value = json.path(field);
    if (!value.isIntegralNumber() || value.asInt() < 1) {
      throw refused(field, value, "a positive integer");
    }
    return value.asInt();
  }

  /** A positive integer; absent, it is {@code fallback} as in transformers. */
  int positive(String field, int fallback) {
    return given(field) ? positive(field) : fallback;
  }

  /** An integer; absent, it is {@code fallback} as in transformers. */
  int integer(String field, int fallback) {
    JsonNode value = json.path(field);
    if (given(field) && !value.isIntegralNumber()) {
      throw refused(field, value, "an integer");
    }
    return value.asInt(fallback);
  }

  /** The function of this name; absent, it is {@code fallback} as in transformers. */
  Activation activation(String field, String fallback) {
    Activation activation = ACTIVATIONS.get(given(field) ? json.path(field).asText() : fallback);
    if (activation == null) {
      throw refused(field, json.path(field), String.join(", ", ACTIVATIONS.keySet()));
    }
    return activation;
  }

  private static Map<String, Activation> activations() {
    var names = new LinkedHashMap<String, Activation>();
    names.put("gelu", Activation.GELU);
    names.put("gelu_new", Activation.GELU_TANH);
    names.put("gelu_pytorch_tanh", Activation.GELU_TANH);
    names.put("relu", Activation.RELU);
    names.put("silu", Activation.SILU);
    names.put("swish", Activation.SILU);
    names.put("tanh", Activation.TANH);
    return names;
  }

  float number(String field, double fallback) {
    JsonNode value = json.path(field);
    if (given(field) && !value.isNumber()) {
      throw refused(field, value, "a number");
    }
    return (float) value.asDouble(fallback);
  }

  /** A number above 0 that must be there. */
  float requiredNumber(String field) {
    JsonNode value = json.path(field);
    if (!value.isNumber() || !(value.floatValue() > 0)) {
      throw refused(field, value, "a number above 0");
    }
    return value.floatValue();
  }

  /** True or false; absent, it is false. */
  boolean flag(String field) {
    return flag(field, false);
  }

  /** True or false; absent, it is {@code fallback} as in transformers. */
  boolean flag(String field, boolean fallback) {
    JsonNode value = json.path(field);
    if (given(field) && !value.isBoolean()) {
      throw refused(field, value, "true or false");
    }
    return value.asBoolean(fallback);
  }

  /** The field must have this value; absent, it has {@code fallback} as in transformers. */
  void require(String field, String supported, String fallback) {
    String value = given(field) ? json.path(field).asText() : fallback;
    if (!value.equals(supported)) {
      throw refused(field, json.path(field), "'" + supported + "'", fallback);
    }
  }

  boolean given(String field) {
    return json.hasNonNull(field);
  }

  UserProblem refused(String field, JsonNode value, String supported) {
    return refused(field, value, supported, "");
  }

  private UserProblem refused(String field, JsonNode value, String supported, String fallback) {
    String absent = fallback.isEmpty() ? "absent" : "absent, which means '" + fallback + "'";
    String found = value.isMissingNode() || value.isNull() ? absent : "'" + text(value) + "'";
    return UserProblem.failure(
        String.format("config.json: %s%s is %s; supported: %s", path, field, found, supported));
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }
}
