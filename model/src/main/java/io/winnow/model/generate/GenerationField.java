package io.winnow.model.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * A setting of generation: its name in generation_config.json, what it may be, and what it is where
 * nothing is said (transformers' default). A JSON null means that the setting is off.
 */
enum GenerationField {
  MAX_LENGTH(Domain.whole(1), "20"),
  MAX_NEW_TOKENS(Domain.whole(1).orNone(), "none"),
  MIN_LENGTH(Domain.whole(0), "0"),
  MIN_NEW_TOKENS(Domain.whole(0), "0"),
  NUM_BEAMS(Domain.whole(1), "1"),
  LENGTH_PENALTY(Domain.NUMBER, "1.0"),
  EARLY_STOPPING(Domain.EARLY, "false"),
  NO_REPEAT_NGRAM_SIZE(Domain.whole(0), "0"),
  REPETITION_PENALTY(Domain.ABOVE_ZERO, "1.0"),
  NUM_RETURN_SEQUENCES(Domain.whole(1), "1"),
  DO_SAMPLE(Domain.FLAG, "false"),
  TEMPERATURE(Domain.ABOVE_ZERO, "1.0"),
  TOP_K(Domain.whole(0), "50", "0"),
  TOP_P(Domain.SHARE, "1.0"),
  SEED(Domain.ANY_WHOLE, "0"),
  EOS_TOKEN_ID(Domain.IDS, "none"),
  PAD_TOKEN_ID(Domain.whole(0).orNone(), "none"),
  DECODER_START_TOKEN_ID(Domain.whole(0).orNone(), "none"),
  FORCED_BOS_TOKEN_ID(Domain.whole(0).orNone(), "none"),
  FORCED_EOS_TOKEN_ID(Domain.IDS, "none");

  private final Domain domain;
  private final String fallback;
  private final String off;

  GenerationField(Domain domain, String fallback) {
    this(domain, fallback, fallback);
  }

  GenerationField(Domain domain, String fallback, String off) {
    this.domain = domain;
    this.fallback = fallback;
    this.off = off;
  }

  /** The field of this name, with underscores or hyphens. */
  static GenerationField named(String name) {
    String canonical = name.replace('-', '_').toLowerCase(Locale.ROOT);
    List<String> names = Arrays.stream(values()).map(GenerationField::key).toList();
    int at = names.indexOf(canonical);
    if (at < 0) {
      throw UserProblem.usage(
          "there is no generation setting '%s'%s"
              .formatted(name, NearestName.hint(canonical, names)));
    }
    return values()[at];
  }

  /** The name in generation_config.json. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  JsonNode defaultValue() {
    return parsed(fallback);
  }

  /** The value of a file, checked. */
  JsonNode ofFile(String file, JsonNode value) {
    JsonNode meant = value.isNull() ? parsed(off) : value;
    if (!domain.accepts.test(meant)) {
      throw UserProblem.failure(refusal(file + ": " + key(), value.toString()));
    }
    return meant;
  }

  /** The value that a user typed, checked; a list has commas, {@code none} turns a setting off. */
  JsonNode ofText(String text) {
    JsonNode typed = parsed(text.strip());
    JsonNode meant = typed.isNull() ? parsed(off) : typed;
    if (!domain.accepts.test(meant)) {
      throw UserProblem.usage(refusal("generation setting " + key(), "'" + text + "'"));
    }
    return meant;
  }

  private String refusal(String where, String found) {
    return "%s is %s; expected %s".formatted(where, found, domain.expected);
  }

  private static JsonNode parsed(String text) {
    String inner = text.startsWith("[") && text.endsWith("]") ? within(text) : text;
    if (inner.contains(",") || !inner.equals(text)) {
      ArrayNode list = JsonNodeFactory.instance.arrayNode();
      Arrays.stream(inner.split(",")).map(String::strip).forEach(id -> list.add(scalar(id)));
      return list;
    }
    return scalar(text);
  }

  private static String within(String list) {
    return list.substring(1, list.length() - 1);
  }

  private static JsonNode scalar(String text) {
    if (text.equals("none") || text.equals("null")) {
      return NullNode.instance;
    }
    if (text.equals("true") || text.equals("false")) {
      return BooleanNode.valueOf(text.equals("true"));
    }
    if (text.matches("[+-]?\\d{1,18}")) {
      return LongNode.valueOf(Long.parseLong(text));
    }
    return text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")
        ? DoubleNode.valueOf(Double.parseDouble(text))
        : TextNode.valueOf(text);
  }

  /** What a value may be, and how to say so. */
  private record Domain(String expected, Predicate<JsonNode> accepts) {
    static final Domain NUMBER = new Domain("a number", Domain::finite);
    static final Domain ABOVE_ZERO =
        new Domain("a number above 0", v -> finite(v) && v.asDouble() > 0);
    static final Domain SHARE =
        new Domain("a number from 0 to 1", v -> finite(v) && inside(v.asDouble(), 0, 1));
    static final Domain FLAG = new Domain("true or false", JsonNode::isBoolean);
    static final Domain EARLY =
        new Domain("true, false or never", v -> v.isBoolean() || v.asText().equals("never"));
    static final Domain ANY_WHOLE =
        new Domain("a whole number", v -> v.isIntegralNumber() && v.canConvertToLong());
    static final Domain IDS =
        new Domain("a token id or a list of them", v -> v.isNull() || id(v) || idList(v));

    static Domain whole(int least) {
      return new Domain(
          "a whole number, " + least + " or more",
          v -> v.isIntegralNumber() && inside(v.asDouble(), least, Integer.MAX_VALUE));
    }

    Domain orNone() {
      return new Domain(expected + ", or none", v -> v.isNull() || accepts.test(v));
    }

    private static boolean id(JsonNode v) {
      return v.isIntegralNumber() && inside(v.asDouble(), 0, Integer.MAX_VALUE);
    }

    private static boolean idList(JsonNode v) {
      return v.isArray()
          && !v.isEmpty()
          && StreamSupport.stream(v.spliterator(), false).allMatch(Domain::id);
    }

    private static boolean finite(JsonNode v) {
      return v.isNumber() && Double.isFinite(v.asDouble());
    }

    private static boolean inside(double value, double low, double high) {
      return value >= low && value <= high;
    }
  }
}
