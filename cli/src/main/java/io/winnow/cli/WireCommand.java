package io.winnow.cli;

import io.winnow.actors.bench.WireBytes;
import io.winnow.model.compute.UserProblem;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "wire",
    description = "Count a step's bytes between processes before and after a selection.")
final class WireCommand extends WinnowCommand {
  @Option(names = "--heads", defaultValue = "72", description = "Default: ${DEFAULT-VALUE}")
  private int heads = 72;

  @Option(
      names = "--keep",
      split = ",",
      defaultValue = "36,18,6",
      description = "Heads that stay; each is measured. Default: ${DEFAULT-VALUE}")
  private List<Integer> keep = List.of();

  @Option(names = "--workers", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int workers = 3;

  @Option(names = "--nodes", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}")
  private int nodes = 3;

  WireCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (nodes < 2 || workers < nodes) {
      throw UserProblem.usage("expected --nodes of at least 2, and --workers of at least as many");
    }
    for (int k : keep) {
      if (k < 1 || k >= heads) {
        throw UserProblem.usage("--keep: " + k + "; expected 1 to " + (heads - 1));
      }
    }
    WireBytes wire = new WireBytes(new BenchLauncher());
    print("| heads | K | K/n | bytes/step before | bytes/step after | after/before |");
    print("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for (int k : keep) {
      WireBytes.Result result = wire.measure(new WireBytes.Cell(nodes, workers, heads, k));
      print(
          String.format(
              Locale.ROOT,
              "| %d | %d | %.3f | %,.0f | %,.0f | %.3f |",
              heads,
              k,
              result.cell().share(),
              result.before(),
              result.after(),
              result.ratio()));
    }
    return 0;
  }
}
