package io.winnow.cli;

import picocli.CommandLine.Command;

@Command(
    name = "quickstart",
    description = "Fine-tune the bundled small model on the bundled reviews: WeightLoRA, K = 6.")
final class QuickstartCommand extends RunCommand {
  QuickstartCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    return run(context().home().resolve("conf/quickstart/run.conf"));
  }
}
