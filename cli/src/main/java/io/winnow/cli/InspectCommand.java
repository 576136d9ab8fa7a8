package io.winnow.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Say what a run, an adapter or a model folder holds.")
final class InspectCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR|ADAPTER_DIR|MODEL_DIR", description = "The folder.")
  private Path folder = Path.of("");

  InspectCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(folder)) {
      throw missing(folder, "folder", folder);
    }
    try (Engine engine = engine()) {
      engine.inspect(folder).forEach(this::print);
    }
    return 0;
  }
}
