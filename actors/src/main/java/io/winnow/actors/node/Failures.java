package io.winnow.actors.node;

/** How failures are put into words. */
public final class Failures {
  private Failures() {}

  /** The innermost cause, in one line: its message, or its kind where it has none. */
  public static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
