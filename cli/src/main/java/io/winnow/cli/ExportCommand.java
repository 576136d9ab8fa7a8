package io.winnow.cli;

import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = "Write a run's adapter for PEFT and other readers.")
final class ExportCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "ADAPTER_DIR",
      description = "Folder to write; made if it does not exist.")
  private Path target = Path.of("");

  @Option(
      names = "--profile",
      defaultValue = "portable",
      description = "portable: every reader; compact: one rank per head, not for vLLM.")
  private Engine.ExportProfile profile = Engine.ExportProfile.PORTABLE;

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  ExportCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    RunPlace place = place(run, workspace);
    context().logging().toFile(place.folder().log());
    try (Engine engine = engine()) {
      engine.export(place, target, profile).forEach(this::print);
    }
    return 0;
  }
}
