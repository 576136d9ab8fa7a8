package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.RunFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = {
      "Say why each head of a run was kept or dropped: its omega over the steps, the selections and"
          + " their gaps, and how stable the kept set was. Works while the run trains, too."
    })
final class ExplainCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Also draw omega over the steps to a file that ends in .svg or .png.")
  private @Nullable Path plot;

  @Option(
      names = "--head",
      paramLabel = "NAME",
      description = "Tell only of the heads that have NAME in their module path.")
  private @Nullable String head;

  ExplainCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    PlotFile file = plot == null ? null : PlotFile.of(plot);
    Explanation all = Explanation.of(new RunFolder(found(run, workspace)));
    Explanation told = head == null ? all : all.only(head);
    if (file != null && !told.selects()) {
      throw UserProblem.usage(
          "--plot: omega is 1 throughout a "
              + told.config().method().name().text()
              + " run, so there is nothing to draw");
    }
    if (json) {
      print(ExplainJson.of(told));
    } else {
      new ExplainReport(told, context().terminal()).lines().forEach(this::print);
    }
    if (file != null) {
      file.draw(OmegaPlot.of(told));
      if (!json) {
        print("plot: " + file.path());
      }
    }
    return 0;
  }
}
