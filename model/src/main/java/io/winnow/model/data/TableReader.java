package io.winnow.model.data;

import java.nio.file.Path;
import java.util.Set;

/**
 * Reads data files of a kind that needs libraries of its own. Modules outside this one offer it as
 * a service ({@link java.util.ServiceLoader}); it is found where such a module is on the class
 * path.
 */
public interface TableReader {
  /** Extensions of its files, in lower case and without the dot. */
  Set<String> extensions();

  /** Reads a file whole; a problem with it is a UserProblem that names the file. */
  Table read(Path file);
}
