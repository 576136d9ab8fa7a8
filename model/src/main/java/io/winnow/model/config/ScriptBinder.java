package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.winnow.model.config.RunConfig.ScriptedCommand;
import io.winnow.model.config.RunConfigReader.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Binds {@code commands}. A command's values are checked by binding the configuration once more
 * with them in place, so that every rule about a setting holds for commands too.
 */
final class ScriptBinder {
  private final Source source;
  private final Config known;
  private final ConfigProblems problems;

  ScriptBinder(Source source, Config known, ConfigProblems problems) {
    this.source = source;
    this.known = known;
    this.problems = problems;
  }

  List<ScriptedCommand> commands() {
    if (!known.hasPath("commands")) {
      return List.of();
    }
    ConfigValue all = known.getValue("commands");
    if (all.valueType() != ConfigValueType.LIST) {
      problems.add("commands", Values.describe(all), "a list [{ at = 40, set { ... } }]");
      return List.of();
    }
    List<ScriptedCommand> commands = new ArrayList<>();
    for (ConfigValue item : (ConfigList) all) {
      String path = "commands[" + commands.size() + "]";
      commands.add(command(path, item));
    }
    return commands;
  }

  private ScriptedCommand command(String path, ConfigValue item) {
    if (item.valueType() != ConfigValueType.OBJECT) {
      problems.add(path, Values.describe(item), "{ at = 40, set { ... } }");
      return new ScriptedCommand(1, Map.of());
    }
    for (String key : ((ConfigObject) item).keySet()) {
      if (!key.equals("at") && !key.equals("set")) {
        String hint = NearestName.hint(key, List.of("at", "set"));
        problems.add(new ConfigProblem(path + "." + key, "unknown key", "at or set", hint));
      }
    }
    Config config = ((ConfigObject) item).toConfig();
    ConfigProblems inner = new ConfigProblems();
    long at = new Values(config, inner).whole("at", 1, Long.MAX_VALUE / 2);
    inner.all().forEach(problem -> report(path + ".", problem));
    return new ScriptedCommand(at, settings(path + ".set", config));
  }

  private Map<String, String> settings(String path, Config command) {
    if (!command.hasPath("set") || command.getValue("set").valueType() != ConfigValueType.OBJECT) {
      problems.add(path, "not given", "{ setting = value }");
      return Map.of();
    }
    Map<String, String> settings = new TreeMap<>();
    Config changes = ConfigFactory.empty();
    for (Map.Entry<String, ConfigValue> entry : command.getConfig("set").entrySet()) {
      String setting = String.join(".", ConfigUtil.splitPath(entry.getKey()));
      if (Steerable.PATHS.contains(setting)) {
        settings.put(setting, "" + entry.getValue().unwrapped());
        changes = changes.withValue(setting, entry.getValue());
      } else {
        problems.add(Steerable.refused(path + "." + setting, setting));
      }
    }
    check(path, changes, settings);
    return settings;
  }

  private void check(String path, Config changes, Map<String, String> settings) {
    Config changed = changes.withFallback(known.withoutPath("commands"));
    ConfigProblems found = new ConfigProblems();
    Source noFiles = new Source(source.folder(), source.defaultName(), false, true);
    new RunConfigBinder(noFiles, changed, changes, found).bind();
    found.all().stream()
        .filter(problem -> settings.containsKey(problem.path()))
        .forEach(problem -> report(path + ".", problem));
  }

  private void report(String prefix, ConfigProblem problem) {
    problems.add(
        new ConfigProblem(
            prefix + problem.path(), problem.found(), problem.expected(), problem.hint()));
  }
}
