package io.winnow.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base of the commands to a run that goes on in another process, here or in a cluster. */
abstract class SteeringCommand extends WinnowCommand {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run's folder, or its name in the workspace or the cluster.")
  private Path run = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  SteeringCommand(CommandContext context) {
    super(context);
  }

  SteeredRun steered() {
    return cluster.isGiven() ? cluster.run(run.toString()) : SteeredRun.of(place(run, workspace));
  }
}
