package io.winnow.model.config;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with a configuration, so that a person sees all of it at once. Used by one
 * thread.
 */
public final class ConfigProblems {
  private final List<ConfigProblem> found = new ArrayList<>();

  /** Adds a problem, the first of its place: later ones follow from it. */
  public void add(ConfigProblem problem) {
    if (found.stream().noneMatch(known -> known.path().equals(problem.path()))) {
      found.add(problem);
    }
  }

  /** Adds a problem without a hint. */
  void add(String path, String what, String expected) {
    add(new ConfigProblem(path, what, expected, ""));
  }

  /** What was collected so far. */
  public List<ConfigProblem> all() {
    return List.copyOf(found);
  }

  /**
   * Does nothing when nothing was collected.
   *
   * @param source the file the values came from; the message starts with it
   * @throws UserProblem with exit code 2 and one line per problem
   */
  public void throwIfAny(String source) {
    if (!found.isEmpty()) {
      throw UserProblem.of(
          source, found.stream().map(p -> UserProblem.usage(p.toString())).toList());
    }
  }
}
