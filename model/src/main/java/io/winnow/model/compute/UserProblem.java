package io.winnow.model.compute;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something the user gave cannot be used: one message that says what, where, and the remedy. The
 * command line prints it without a stack trace; {@link #exitCode()} is 2 for wrong usage (bad
 * configuration, bad arguments) and 1 for a failure (a file that is corrupt, a disk that is full).
 */
public final class UserProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  private UserProblem(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Wrong usage: exit code 2. */
  public static UserProblem usage(String message) {
    return new UserProblem(message, 2, null);
  }

  /** A failure: exit code 1. */
  public static UserProblem failure(String message) {
    return new UserProblem(message, 1, null);
  }

  /** A failure with what caused it: exit code 1. */
  public static UserProblem failure(String message, Throwable cause) {
    return new UserProblem(message, 1, cause);
  }

  /**
   * Several problems as one, a line each. It is wrong usage if any of them is.
   *
   * @param source the file that has them; the message starts with it
   * @param problems at least one
   */
  public static UserProblem of(String source, List<UserProblem> problems) {
    String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
    String message =
        problems.stream()
            .map(problem -> "\n  " + problem.getMessage())
            .collect(Collectors.joining("", source + ": " + count, ""));
    int exitCode = problems.stream().mapToInt(UserProblem::exitCode).max().orElseThrow();
    return new UserProblem(message, exitCode, problems.get(0));
  }

  /** What the process exits with. */
  public int exitCode() {
    return exitCode;
  }
}
