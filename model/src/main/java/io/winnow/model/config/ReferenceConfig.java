package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Every setting and its default, as {@code winnow-run-reference.conf} has them. */
public final class ReferenceConfig {
  private static final String RESOURCE = "winnow-run-reference.conf";
  private static final Config VALUES =
      ConfigFactory.parseResources(
          ReferenceConfig.class.getClassLoader(),
          RESOURCE,
          ConfigParseOptions.defaults().setAllowMissing(false));
  private static final List<String> PATHS = paths(VALUES);

  private ReferenceConfig() {}

  /** The defaults; a setting without one is present as null. */
  static Config values() {
    return VALUES;
  }

  /** The path of every setting, sections excluded, the shortest first. */
  public static List<String> paths() {
    return PATHS;
  }

  /** The path of every setting of a reference, sections excluded, the shortest first. */
  static List<String> paths(Config reference) {
    return leaves("", reference.root()).stream()
        .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static List<String> leaves(String prefix, ConfigObject section) {
    List<String> paths = new ArrayList<>();
    for (Map.Entry<String, ConfigValue> entry : section.entrySet()) {
      String path = prefix + entry.getKey();
      if (entry.getValue().valueType() == ConfigValueType.OBJECT) {
        paths.addAll(leaves(path + ".", (ConfigObject) entry.getValue()));
      } else {
        paths.add(path);
      }
    }
    return List.copyOf(paths);
  }
}
