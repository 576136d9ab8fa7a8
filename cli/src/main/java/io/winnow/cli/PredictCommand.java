package io.winnow.cli;

import io.winnow.model.config.FileChecks;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "predict", description = "Predict with a run's adapter; one row per example.")
final class PredictCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(names = "--data", required = true, paramLabel = "FILE", description = "The examples.")
  private Path data = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  PredictCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    RunPlace place = place(run, workspace);
    FileChecks.requireArgument("--data", data);
    context().logging().toFile(place.folder().log());
    try (Engine engine = engine()) {
      engine.predict(place, data, this::print);
    }
    return 0;
  }
}
