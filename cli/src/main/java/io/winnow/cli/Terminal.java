package io.winnow.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * Where output goes and what that place can do.
 *
 * @param interactive whether a line can be overwritten in place
 * @param color whether escape codes for colour are welcome
 * @param columns width of a line
 * @param unicode whether it shows more than ASCII
 */
public record Terminal(
    PrintStream out,
    PrintStream err,
    boolean interactive,
    boolean color,
    int columns,
    boolean unicode) {
  private static final int USUAL_COLUMNS = 100;

  /** Where the output's encoding stands, the first that is set: by Java's version. */
  private static final List<String> ENCODINGS =
      List.of("stdout.encoding", "sun.stdout.encoding", "native.encoding", "file.encoding");

  /** One that shows ASCII only. */
  Terminal(PrintStream out, PrintStream err, boolean interactive, boolean color, int columns) {
    this(out, err, interactive, color, columns, false);
  }

  /** The process's own; the launcher says in {@code winnow.terminal} whether it is a terminal. */
  static Terminal ofProcess() {
    Terminal ascii =
        of(System.out, System.err, Boolean.getBoolean("winnow.terminal"), System.getenv());
    return new Terminal(
        ascii.out,
        ascii.err,
        ascii.interactive,
        ascii.color,
        ascii.columns,
        isUnicode(System.getProperties()));
  }

  static boolean isUnicode(Properties system) {
    return ENCODINGS.stream()
        .map(system::getProperty)
        .filter(Objects::nonNull)
        .findFirst()
        .filter(encoding -> encoding.toUpperCase(Locale.ROOT).startsWith("UTF"))
        .isPresent();
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
