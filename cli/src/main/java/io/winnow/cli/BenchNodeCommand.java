package io.winnow.cli;

import io.winnow.actors.bench.BenchNode;
import io.winnow.actors.node.NodeAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A node of a measurement: answers each line of its input, and ends with it. */
@Command(name = BenchNodeCommand.NAME, hidden = true, description = "A node of a measurement.")
final class BenchNodeCommand extends WinnowCommand {
  static final String NAME = "member";

  @Option(names = "--join", required = true)
  private String join = "";

  @Option(names = "--store", required = true)
  private Path store = Path.of("");

  @Option(names = "--workers", required = true)
  private int workers;

  BenchNodeCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws IOException {
    Path log = store.resolveSibling("node-" + ProcessHandle.current().pid() + ".log");
    context().logging().toFile(log);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (BenchNode node = BenchNode.joining(NodeAddress.parse(join), store, workers)) {
      while (input.readLine() != null) {
        print(node.effortLine());
      }
    }
    return 0;
  }
}
