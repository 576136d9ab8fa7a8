package io.winnow.it;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds real data and models that cannot be part of the project, as {@code SharedData} of module
 * model does: the folder that the system property {@code winnow.shared} names, else {@code
 * shared/data} in a parent folder. Tests without it are skipped, and say so.
 */
final class SharedFolder {
  private SharedFolder() {}

  static Path require(String relative) {
    String set = System.getProperty("winnow.shared");
    Path root = set != null ? Path.of(set) : Path.of("").toAbsolutePath();
    while (set == null && root != null && !Files.isDirectory(root.resolve("shared/data"))) {
      root = root.getParent();
    }
    Path path = (set != null || root == null ? Path.of("" + set) : root.resolve("shared/data"));
    Assumptions.assumeTrue(
        Files.exists(path.resolve(relative)),
        "skipped: no " + path.resolve(relative) + " (set -Dwinnow.shared=FOLDER to the data)");
    return path.resolve(relative);
  }
}
