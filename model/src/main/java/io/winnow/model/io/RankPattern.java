package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * PEFT's rank_pattern and alpha_pattern: the first key in file order that matches decides, by
 * {@code re.match(r"(.*\.)?(" + key + r")$", module)}; none matches = the default.
 */
final class RankPattern {
  private final Map<Pattern, Double> patterns = new LinkedHashMap<>();

  private RankPattern() {}

  /** Reads the object of adapter_config.json; null and absent = no patterns. */
  static RankPattern read(JsonNode object, Path file) {
    RankPattern read = new RankPattern();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (!entry.getValue().isNumber()) {
        throw UserProblem.failure(
            "%s: the pattern '%s' has %s where a number is expected"
                .formatted(file, entry.getKey(), entry.getValue()));
      }
      try {
        Pattern pattern = Pattern.compile("(.*\\.)?(" + entry.getKey() + ")$");
        read.patterns.put(pattern, entry.getValue().asDouble());
      } catch (PatternSyntaxException e) {
        throw UserProblem.failure(
            "%s: the pattern '%s' is not a regular expression: %s"
                .formatted(file, entry.getKey(), e.getDescription()));
      }
    }
    return read;
  }

  /** The value for a module. */
  double resolve(String module, double otherwise) {
    for (Map.Entry<Pattern, Double> entry : patterns.entrySet()) {
      if (entry.getKey().matcher(module).lookingAt()) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  /** The key that matches this module and no other. */
  static String keyOf(String module) {
    return "^" + module.replaceAll("[^A-Za-z0-9_]", "\\\\$0");
  }
}
