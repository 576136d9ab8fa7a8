package io.winnow.model.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds real data and models that cannot be part of the project: the folder that the system
 * property {@code winnow.shared} names, else {@code shared/data} in a parent folder. Tests without
 * it are skipped, and say so.
 */
public final class SharedData {
  private SharedData() {}

  /** A file or folder below the data folder; skips the test where it is absent. */
  public static Path require(String relative) {
    Path path = root().resolve(relative);
    Assumptions.assumeTrue(
        Files.exists(path), "skipped: no " + path + " (set -Dwinnow.shared=FOLDER to the data)");
    return path;
  }

  private static Path root() {
    String set = System.getProperty("winnow.shared");
    if (set != null) {
      return Path.of(set);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve("shared/data"))) {
        return at.resolve("shared/data");
      }
    }
    return Path.of("shared/data");
  }
}
