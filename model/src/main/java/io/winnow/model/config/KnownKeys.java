package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Compares what a user wrote with the reference: reports keys that do not exist and sections that
 * are no sections, and hands back the rest, which can then be bound safely.
 */
final class KnownKeys {
  private final ConfigProblems problems;
  private final ConfigObject reference;
  private final List<String> paths;

  KnownKeys(ConfigProblems problems) {
    this(problems, ReferenceConfig.values(), ReferenceConfig.paths());
  }

  /** By another reference; a section that is empty there may hold any keys. */
  KnownKeys(ConfigProblems problems, Config reference, List<String> paths) {
    this.problems = problems;
    this.reference = reference.root();
    this.paths = paths;
  }

  /** {@code user} without what was reported. */
  Config keep(Config user) {
    return section("", user.root(), reference).toConfig();
  }

  private ConfigObject section(String prefix, ConfigObject user, ConfigObject reference) {
    ConfigObject kept = user;
    for (Map.Entry<String, ConfigValue> entry : user.entrySet()) {
      String key = entry.getKey();
      String path = prefix + quoted(key);
      ConfigValue known = reference.get(key);
      ConfigValue value = entry.getValue();
      if (known == null) {
        problems.add(new ConfigProblem(path, "unknown key", "", hint(path, prefix, reference)));
        kept = kept.withoutKey(key);
      } else if (value.valueType() == ConfigValueType.NULL) {
        kept = kept.withoutKey(key); // takes back what a file below said, as --set x=null does
      } else if (isSection(known) && isSection(value)) {
        if (((ConfigObject) known).isEmpty()) {
          continue;
        }
        ConfigObject inner = section(path + ".", (ConfigObject) value, (ConfigObject) known);
        kept = kept.withValue(key, inner);
      } else if (isSection(known) != isSection(value)) {
        problems.add(path, Values.describe(value), isSection(known) ? "a section { }" : "a value");
        kept = kept.withoutKey(key);
      }
    }
    return kept;
  }

  /** The nearest sibling, or else the nearest key of any section: it may only be misplaced. */
  private String hint(String path, String prefix, ConfigObject siblings) {
    String key = path.substring(prefix.length());
    for (String known : paths) {
      if (known.substring(known.lastIndexOf('.') + 1).equals(key)) {
        return "did you mean " + known + "?";
      }
    }
    return NearestName.of(key, siblings.keySet())
        .map(name -> "did you mean " + prefix + name + "?")
        .orElseGet(() -> "known here: " + String.join(", ", new TreeSet<>(siblings.keySet())));
  }

  private static boolean isSection(ConfigValue value) {
    return value.valueType() == ConfigValueType.OBJECT;
  }

  private static String quoted(String key) {
    return key.matches("[A-Za-z0-9_-]+") ? key : ConfigUtil.quoteString(key);
  }
}
