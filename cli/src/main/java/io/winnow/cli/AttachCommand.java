package io.winnow.cli;

import picocli.CommandLine.Command;

@Command(
    name = "attach",
    description = "Watch a run that goes on in another process; Ctrl-C leaves it alone.")
final class AttachCommand extends SteeringCommand {
  AttachCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    return new AttachedRun(context(), steered()).follow();
  }
}
