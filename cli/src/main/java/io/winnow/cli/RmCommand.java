package io.winnow.cli;

import io.winnow.model.io.RunLock;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Delete a run: its folder and what the store holds of it.")
final class RmCommand extends WinnowCommand {
  @Parameters(paramLabel = "RUN", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  RmCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (cluster.isGiven()) {
      SteeredRun steered = cluster.run(run.toString());
      steered.client().delete(steered.path(""));
      print("deleted " + steered.run() + " at " + steered.client().address());
      return 0;
    }
    RunPlace place = place(run, workspace);
    RunLock lock = place.folder().lock();
    try (Engine engine = engine()) {
      engine.remove(place);
    } finally {
      lock.close();
    }
    place.folder().delete();
    print("deleted " + place.folder().path());
    return 0;
  }
}
