package io.winnow.model.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Paths that a user gave: which settings are paths, and what to say if one leads nowhere. */
public final class FileChecks {
  private static final Set<String> PATHS =
      Set.of("model.path", "data.dir", "data.train", "data.validation", "method.start-from");

  private FileChecks() {}

  /** A path of the command line counts from where the command was typed. */
  static ConfigValue fromCurrentFolder(String setting, ConfigValue value) {
    if (!PATHS.contains(setting) || value.valueType() != ConfigValueType.STRING) {
      return value;
    }
    Path absolute = Path.of((String) value.unwrapped()).toAbsolutePath().normalize();
    return ConfigValueFactory.fromAnyRef(absolute.toString(), "--set");
  }

  static void requireFile(String setting, Path file, ConfigProblems problems) {
    if (!Files.exists(file)) {
      problems.add(missing(setting, file, "an existing file"));
    } else if (!Files.isRegularFile(file)) {
      problems.add(setting, file + " is a folder", "a file");
    }
  }

  /**
   * A file that an option of the command line names.
   *
   * @throws UserProblem (exit code 2) if it is not there
   */
  public static void requireArgument(String option, Path file) {
    ConfigProblems problems = new ConfigProblems();
    requireFile(option, file, problems);
    if (!problems.all().isEmpty()) {
      throw UserProblem.usage(problems.all().get(0).toString());
    }
  }

  static void requireModel(String setting, Path folder, ConfigProblems problems) {
    if (!Files.exists(folder)) {
      problems.add(missing(setting, folder, "a folder with config.json and weights"));
    } else if (!Files.exists(folder.resolve("config.json"))) {
      problems.add(
          setting, folder + " holds no config.json", "a folder as Hugging Face's save_pretrained");
    }
  }

  static void requireAdapter(String setting, Path folder, ConfigProblems problems) {
    if (!Files.exists(folder)) {
      problems.add(missing(setting, folder, "the folder of an adapter"));
    } else if (!Files.exists(folder.resolve("adapter_config.json"))) {
      problems.add(
          setting,
          folder + " holds no adapter_config.json",
          "a folder as PEFT or export writes it");
    }
  }

  /** The existing file or folder whose name is nearest, or else where the path stops existing. */
  public static String nearest(Path missing) {
    Path folder = missing.toAbsolutePath().normalize().getParent();
    if (folder == null || missing.getFileName() == null) {
      return "";
    }
    if (!Files.isDirectory(folder)) {
      return "the folder " + folder + " does not exist";
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      return NearestName.hint(missing.getFileName().toString(), names);
    } catch (IOException unreadable) {
      return "the folder " + folder + " cannot be read: " + unreadable.getMessage();
    }
  }

  private static ConfigProblem missing(String setting, Path path, String expected) {
    return new ConfigProblem(setting, path + " does not exist", expected, nearest(path));
  }
}
