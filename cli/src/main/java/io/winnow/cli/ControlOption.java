package io.winnow.cli;

import picocli.CommandLine.Option;

/** What the commands that work on a run in this process have in common. */
final class ControlOption {
  @Option(
      names = "--http",
      paramLabel = "PORT|off",
      defaultValue = "0",
      description =
          "Port of this machine for winnow set, pause and attach; 0 (the default): any free one.")
  private String http = "0";

  ControlPort port(Terminal terminal) {
    return ControlPort.of(http, problem -> terminal.err().println("winnow: " + problem));
  }
}
