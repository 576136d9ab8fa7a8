package io.winnow.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "train", description = "Fine-tune as a run.conf says.")
final class TrainCommand extends RunCommand {
  @Parameters(paramLabel = "run.conf", description = "The configuration of the run.")
  private Path file = Path.of("run.conf");

  TrainCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    return run(file);
  }
}
