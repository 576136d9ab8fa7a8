package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads a run.conf strictly: an unknown key, a value of the wrong type or out of its range,
 * settings that contradict each other and missing files are all collected and thrown together,
 * before anything else is loaded.
 */
public final class RunConfigReader {
  static final ConfigParseOptions HOCON =
      ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);

  /** Settings that exclude each other. */
  private static final List<List<String>> RIVALS =
      List.of(
          List.of("training.steps", "training.epochs"),
          List.of("schedule.warmup-steps", "schedule.warmup-ratio"),
          SelectionBinder.BUDGETS);

  private RunConfigReader() {}

  /**
   * The resolved configuration of a run.
   *
   * @param file a run.conf; relative paths in it count from its folder
   * @param overrides {@code path=value} as given on the command line; relative paths in them count
   *     from the current folder
   * @throws UserProblem (exit code 2) whose message starts with the file and lists every problem
   */
  public static RunConfig read(Path file, List<String> overrides) {
    Given given = given(file, overrides);
    ConfigProblems problems = new ConfigProblems();
    RunConfig run = bind(given.source, given.written, given.set, problems);
    problems.throwIfAny(file.toString());
    return run;
  }

  /** What a file and a command line say, not yet looked at. */
  record Given(Source source, Config written, Config set) {}

  /** Parses a file and settings of the command line. */
  static Given given(Path file, List<String> overrides) {
    Path absolute = file.toAbsolutePath().normalize();
    requireFile(absolute, file);
    Config written =
        parse(file.toString(), () -> ConfigFactory.parseFile(absolute.toFile(), HOCON));
    Config set = overrides(file.toString(), overrides);
    Source source =
        new Source(absolute.getParent(), defaultName(absolute), true, set.hasPath("method.name"));
    return new Given(source, written, set);
  }

  /**
   * The configuration in a text that {@link RunConfigWriter} wrote. Does not look at files, so that
   * it gives the same on another machine.
   *
   * @param origin what to call the text in messages
   * @throws UserProblem (exit code 2) as {@link #read}
   */
  public static RunConfig readText(String text, String origin) {
    Config written = parse(origin, () -> ConfigFactory.parseString(text, HOCON));
    ConfigProblems problems = new ConfigProblems();
    Source source = new Source(Path.of("").toAbsolutePath(), "run", false, false);
    RunConfig run = bind(source, written, ConfigFactory.empty(), problems);
    problems.throwIfAny(origin);
    return run;
  }

  /**
   * {@code run} with steered values in effect, for example as a command asks for.
   *
   * @param set path to value; only {@link Steerable} paths
   * @throws UserProblem (exit code 2) naming every refused path and every value that does not fit
   */
  public static RunConfig with(RunConfig run, Map<String, String> set, String origin) {
    ConfigProblems problems = new ConfigProblems();
    Config changes = ConfigFactory.empty();
    for (var entry : set.entrySet()) {
      if (Steerable.PATHS.contains(entry.getKey())) {
        changes = changes.withValue(entry.getKey(), value(entry.getValue()));
      } else {
        problems.add(Steerable.refused(entry.getKey(), entry.getKey()));
      }
    }
    Config written = ConfigFactory.parseString(RunConfigWriter.render(run), HOCON);
    Source source = new Source(Path.of("").toAbsolutePath(), run.name(), false, false);
    RunConfig changed = bind(source, written, changes, problems);
    problems.throwIfAny(origin);
    return changed;
  }

  /** Where values come from, and how their paths and files are taken. */
  record Source(Path folder, String defaultName, boolean checkFiles, boolean methodOverridden) {}

  private static RunConfig bind(
      Source source, Config written, Config set, ConfigProblems problems) {
    Config known = known(written, set, problems);
    Config said = source.methodOverridden() ? set : known;
    return new RunConfigBinder(source, known, said, problems).bind();
  }

  /** File and command line together, without keys that do not exist. */
  static Config known(Config written, Config set, ConfigProblems problems) {
    Config user = set.withFallback(written);
    try {
      user = user.resolve(ConfigResolveOptions.defaults());
    } catch (ConfigException.UnresolvedSubstitution unresolved) {
      throw UserProblem.usage(unresolved.getMessage());
    }
    return new KnownKeys(problems).keep(withoutOverruled(user, set));
  }

  /** What is set on the command line also wins over the file's other way to say the same. */
  private static Config withoutOverruled(Config user, Config set) {
    Config kept = user;
    for (List<String> rivals : RIVALS) {
      if (rivals.stream().anyMatch(set::hasPath)) {
        for (String rival : rivals) {
          kept = set.hasPath(rival) ? kept : kept.withoutPath(rival);
        }
      }
    }
    return kept;
  }

  static void requireFile(Path absolute, Path asGiven) {
    if (Files.isDirectory(absolute)) {
      String hint =
          Files.exists(absolute.resolve("run.conf")) ? "; did you mean its run.conf?" : "";
      throw UserProblem.usage(asGiven + ": is a folder, expected a run.conf file" + hint);
    }
    if (!Files.exists(absolute)) {
      String hint = FileChecks.nearest(absolute);
      throw UserProblem.usage(
          asGiven + ": no such file" + (hint.isEmpty() ? "" : " (" + hint + ")"));
    }
  }

  private static Config overrides(String file, List<String> overrides) {
    Config config = ConfigFactory.empty();
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        throw UserProblem.usage("--set " + override + ": expected path=value");
      }
      String path = override.substring(0, equals).strip();
      ConfigValue value = value(override.substring(equals + 1).strip());
      try {
        config = config.withValue(path, FileChecks.fromCurrentFolder(path, value));
      } catch (ConfigException.BadPath bad) {
        throw UserProblem.usage(file + ": --set " + override + ": " + path + " is no valid path");
      }
    }
    return config;
  }

  /** A value of the command line: HOCON where that is what it looks like, else plain text. */
  static ConfigValue value(String text) {
    boolean comment = text.contains("//") || text.contains("#");
    if (!comment && !text.isEmpty()) {
      try {
        return ConfigFactory.parseString("value = " + text, HOCON).root().get("value"); // or null
      } catch (ConfigException notHocon) {
        return ConfigValueFactory.fromAnyRef(text, "--set"); // a regular expression, most often
      }
    }
    return ConfigValueFactory.fromAnyRef(text, "--set");
  }

  static Config parse(String origin, Supplier<Config> parser) {
    try {
      return parser.get();
    } catch (ConfigException problem) {
      String message = problem.getMessage();
      throw UserProblem.usage(message.startsWith(origin) ? message : origin + ": " + message);
    }
  }

  private static String defaultName(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.conf$", "");
    Path folder = file.getParent().getFileName();
    return name.equals("run") && folder != null ? folder.toString() : name;
  }
}
