package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Listed for the help only: the launcher starts Maven before there is anything to run. */
@Command(name = "test", description = "Build Winnow and run its tests (mvn -B verify).")
final class TestCommand extends WinnowCommand {
  @Option(
      names = "--cluster",
      description = "Those of clusters of several processes, too; given first.")
  private boolean cluster;

  @Option(
      names = "--all",
      description = "Those of clusters and those that go on for long, too; given first.")
  private boolean all;

  @Parameters(paramLabel = "ARG", description = "Passed on to Maven.")
  private List<String> arguments = new ArrayList<>();

  TestCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    throw UserProblem.usage(
        "the launcher runs the tests: ./winnow test "
            + (all ? "--all " : cluster ? "--cluster " : "")
            + String.join(" ", arguments));
  }
}
