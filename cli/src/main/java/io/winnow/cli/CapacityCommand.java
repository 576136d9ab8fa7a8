package io.winnow.cli;

import io.winnow.actors.bench.Capacity;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "control-plane",
    description = "Time steps of made-up heads whose workers compute nothing.",
    footer = {
      "",
      "Each cell of nodes, workers and heads is measured by itself; all nodes are processes of this",
      "machine. --out writes control-plane.csv, .md and .svg; cells that are in an older one there and",
      "are not measured now stay."
    })
final class CapacityCommand extends WinnowCommand {
  @Option(
      names = "--heads",
      split = ",",
      defaultValue = "100,1000,10000",
      description = "Heads, ten to a layer. Default: ${DEFAULT-VALUE}")
  private List<Integer> heads = List.of();

  @Option(
      names = "--workers",
      split = ",",
      defaultValue = "4,64,512",
      description = "Workers of all nodes together. Default: ${DEFAULT-VALUE}")
  private List<Integer> workers = List.of();

  @Option(
      names = "--nodes",
      split = ",",
      defaultValue = "1,3",
      description = "Processes. Default: ${DEFAULT-VALUE}")
  private List<Integer> nodes = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "4",
      description =
          "Time of each of a cell's three windows, after twice as much to warm up."
              + " Default: ${DEFAULT-VALUE}")
  private int seconds = 4;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder for the table and the plot.")
  private @Nullable Path out;

  CapacityCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    requirePositive("--heads", heads);
    requirePositive("--workers", workers);
    requirePositive("--nodes", nodes);
    requirePositive("--seconds", List.of(seconds));
    Duration window = Duration.ofSeconds(seconds);
    Capacity capacity = new Capacity(new BenchLauncher(), window.multipliedBy(2), window);
    List<Capacity.Result> results = new ArrayList<>();
    print(CapacityReport.HEADER);
    for (Capacity.Cell cell : cells()) {
      Capacity.Result result = capacity.measure(cell);
      results.add(result);
      print(CapacityReport.row(result));
    }
    CapacityReport report = CapacityReport.of(results, out);
    report.exponents().forEach(this::print);
    if (out != null) {
      report.write(out);
    }
    return 0;
  }

  private List<Capacity.Cell> cells() {
    List<Capacity.Cell> cells = new ArrayList<>();
    for (int n : nodes) {
      for (int w : workers) {
        heads.forEach(h -> cells.add(new Capacity.Cell(n, w, h)));
      }
    }
    return cells;
  }

  private static void requirePositive(String option, List<Integer> values) {
    for (int value : values) {
      if (value < 1) {
        throw UserProblem.usage(option + ": " + value + "; expected at least 1");
      }
    }
  }
}
