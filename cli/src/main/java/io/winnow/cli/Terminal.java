package io.winnow.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * Where output goes and what that place can do.
 *
 * @param interactive whether a line can be overwritten in place
 * @param color whether escape codes for colour are welcome
 * @param columns width of a line
 */
public record Terminal(
    PrintStream out, PrintStream err, boolean interactive, boolean color, int columns) {
  private static final int USUAL_COLUMNS = 100;

  /** The process's own; the launcher says in {@code winnow.terminal} whether it is a terminal. */
  static Terminal ofProcess() {
    return of(System.out, System.err, Boolean.getBoolean("winnow.terminal"), System.getenv());
  }

  static Terminal of(
      PrintStream out, PrintStream err, boolean isTerminal, Map<String, String> environment) {
    boolean interactive = isTerminal && !"dumb".equals(environment.get("TERM"));
    String noColor = environment.getOrDefault("NO_COLOR", "");
    String columns = environment.getOrDefault("COLUMNS", "");
    int width = columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : USUAL_COLUMNS;
    return new Terminal(out, err, interactive, interactive && noColor.isEmpty(), width);
  }

  /** {@code text} emphasised, where that is possible. */
  String strong(String text) {
    return color ? "\u001b[1m" + text + "\u001b[0m" : text;
  }
}
