package io.winnow.model.config;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Collects what is wrong with a configuration, so that a person sees all of it at once. Used by one
 * thread.
 */
public final class ConfigProblems {
  private final List<ConfigProblem> found = new ArrayList<>();

  /** Adds one problem. */
  public void add(ConfigProblem problem) {
    found.add(problem);
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
      throw UserProblem.usage(message(source));
    }
  }

  private String message(String source) {
    String count = found.size() == 1 ? "1 problem" : found.size() + " problems";
    return found.stream()
        .map(problem -> "\n  " + problem)
        .collect(Collectors.joining("", source + ": " + count, ""));
  }
}
