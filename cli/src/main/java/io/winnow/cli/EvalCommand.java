package io.winnow.cli;

import io.winnow.model.config.FileChecks;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "eval", description = "Measure a run's adapter on labelled examples.")
final class EvalCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "Labelled examples (default: the run's validation file).")
  private @Nullable Path data;

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  EvalCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    RunPlace place = place(run, workspace);
    if (data != null) {
      FileChecks.requireArgument("--data", data);
    }
    context().logging().toFile(place.folder().log());
    try (Engine engine = engine()) {
      engine.evaluate(place, data).forEach((name, value) -> print(name + "\t" + value));
    }
    return 0;
  }
}
