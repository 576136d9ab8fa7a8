package io.winnow.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Say what a run, an adapter or a model folder holds.")
final class InspectCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR|ADAPTER_DIR|MODEL_DIR", description = "The folder.")
  private Path folder = Path.of("");

  @Option(
      names = "--heads",
      description = "A line for each head, with its size, instead of blocks by modules.")
  private boolean heads;

  InspectCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(folder)) {
      throw missing(folder, "folder", folder);
    }
    Engine.HeadsView.Form form = heads ? Engine.HeadsView.Form.LIST : Engine.HeadsView.Form.GRID;
    try (Engine engine = engine()) {
      engine
          .inspect(folder, new Engine.HeadsView(form, context().terminal().columns()))
          .forEach(this::print);
    }
    return 0;
  }
}
