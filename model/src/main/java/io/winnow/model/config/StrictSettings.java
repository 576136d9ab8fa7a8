package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file of another kind than run.conf, read as strictly: by a reference resource
 * that names every key with its default. What is wrong is collected, and {@link #throwIfAny} throws
 * all of it together. Used by one thread.
 */
public final class StrictSettings {
  private final String source;
  private final Path folder;
  private final Config set;
  private final ConfigProblems problems = new ConfigProblems();
  private final Values values;
  private final Config known;

  private StrictSettings(Path file, Config written, Config set, Config reference) {
    this.source = file.toString();
    this.folder = file.toAbsolutePath().normalize().getParent();
    this.set = set;
    Config user = resolved(source, set.withFallback(written));
    this.known =
        new KnownKeys(problems, reference, ReferenceConfig.paths(reference))
            .keep(user)
            .withFallback(reference);
    this.values = new Values(known, problems);
  }

  /**
   * Reads a file.
   *
   * @param file HOCON; relative paths in it count from its folder
   * @param reference name of the resource with every key and its default
   * @param overrides {@code path=value} of the command line; relative paths in them count from the
   *     current folder
   * @throws UserProblem (exit code 2) if the file is absent or no HOCON
   */
  public static StrictSettings read(Path file, String reference, List<String> overrides) {
    Path absolute = file.toAbsolutePath().normalize();
    RunConfigReader.requireFile(absolute, file);
    Config written =
        RunConfigReader.parse(
            file.toString(),
            () -> ConfigFactory.parseFile(absolute.toFile(), RunConfigReader.HOCON));
    Config defaults =
        ConfigFactory.parseResources(
            StrictSettings.class.getClassLoader(),
            reference,
            ConfigParseOptions.defaults().setAllowMissing(false));
    return new StrictSettings(file, written, set(overrides), defaults);
  }

  private static Config set(List<String> overrides) {
    Config config = ConfigFactory.empty();
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals < 1) {
        throw UserProblem.usage("--set " + override + ": expected path=value");
      }
      String path = override.substring(0, equals).strip();
      try {
        config =
            config.withValue(path, RunConfigReader.value(override.substring(equals + 1).strip()));
      } catch (ConfigException.BadPath bad) {
        throw UserProblem.usage("--set " + override + ": " + path + " is no valid path");
      }
    }
    return config;
  }

  private static Config resolved(String source, Config user) {
    try {
      return user.resolve();
    } catch (ConfigException.UnresolvedSubstitution unresolved) {
      throw UserProblem.usage(source + ": " + unresolved.getMessage());
    }
  }

  /** A text, or null where none is set. */
  public @Nullable String text(String path) {
    return values.text(path);
  }

  /** One text or a list of them. */
  public List<String> texts(String path) {
    return values.texts(path);
  }

  /** Whether something is on. */
  public boolean flag(String path) {
    return values.flag(path);
  }

  /** A whole number in [min, max]. */
  public int whole(String path, int min, int max) {
    return (int) values.whole(path, min, max);
  }

  /** A constant by its name in lower case. */
  public <E extends Enum<E>> E choice(String path, Class<E> type) {
    return values.choice(path, type);
  }

  /** A time such as 500ms or 30s. */
  public Duration time(String path) {
    Optional<Duration> time = Optional.ofNullable(text(path)).flatMap(Durations::parse);
    if (time.isEmpty()) {
      wrong(path, "a time like 500ms or 30s", "");
    }
    return time.orElse(Duration.ofSeconds(1));
  }

  /** A file or folder, absolute; null where none is set. */
  public @Nullable Path file(String path) {
    String text = text(path);
    if (text == null || text.isEmpty()) {
      return null;
    }
    Path from = set.hasPath(path) ? Path.of("").toAbsolutePath() : folder;
    return from.resolve(text).normalize();
  }

  /** A file that must exist; null where none is set. */
  public @Nullable Path existingFile(String path) {
    Path file = file(path);
    if (file != null) {
      FileChecks.requireFile(path, file, problems);
    }
    return file;
  }

  /** A section of free keys with texts: paths to paths, absolute, in the order of their keys. */
  public Map<String, Path> files(String path) {
    Map<String, Path> entries = new LinkedHashMap<>();
    ConfigObject section = known.getObject(path);
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(section).entrySet()) {
      if (entry.getValue().valueType() == ConfigValueType.STRING) {
        String key = folder.resolve(entry.getKey()).normalize().toString();
        entries.put(key, folder.resolve((String) entry.getValue().unwrapped()).normalize());
      } else {
        String key = path + "." + ConfigUtil.quoteString(entry.getKey());
        problems.add(key, Values.describe(entry.getValue()), "a folder");
      }
    }
    return entries;
  }

  /** Takes note that the value of {@code path} does not fit. */
  public void wrong(String path, String expected, String hint) {
    values.wrong(path, expected, hint);
  }

  /** Throws what was found, if anything was (exit code 2). */
  public void throwIfAny() {
    problems.throwIfAny(source);
  }
}
