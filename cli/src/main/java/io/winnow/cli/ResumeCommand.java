package io.winnow.cli;

import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "resume", description = "Go on with a run from its last checkpoint.")
final class ResumeCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  ResumeCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    RunPlace place = place(run, workspace);
    Path file = place.folder().runConf();
    try (Engine engine = engine()) {
      RunCommand.check(engine, RunConfigReader.read(file, List.of()), file);
      return new RunSession(context(), place).follow(engine::resume);
    }
  }
}
