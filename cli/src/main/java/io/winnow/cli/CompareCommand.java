package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    description =
        "Run several methods, each at several K and with several seeds, and print the table.")
final class CompareCommand extends WinnowCommand {
  private static final int USUAL_SEEDS = 3;
  private static final int MOST_AT_A_TIME = 4;

  @Parameters(
      paramLabel = "run.conf|DIR",
      description = "The configuration of the runs, or the folder of a comparison to go on with.")
  private Path source = Path.of("run.conf");

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      split = ",",
      description = "Methods by name; the others are compared with the first.")
  private List<String> methods = new ArrayList<>();

  @Option(
      names = "--keep",
      paramLabel = "K",
      split = ",",
      description = "Numbers of heads to keep (default: as run.conf says).")
  private List<Integer> keep = new ArrayList<>();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Seeds of each row: that of run.conf and those after it (default: 3).")
  private @Nullable Integer seeds;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Runs at a time (default: one per worker, at most 4).")
  private @Nullable Integer parallel;

  @Option(
      names = "--set",
      paramLabel = "[METHOD:]path=value",
      description =
          "Change one setting of all runs, or of one method's; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the comparison (default: NAME-compare in the workspace).")
  private @Nullable Path out;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      defaultValue = RUNS,
      description = "Folder of runs (default: ${DEFAULT-VALUE}).")
  private Path workspace = Path.of(RUNS);

  @Option(names = "--dry-run", description = "Print what would run, and begin nothing.")
  private boolean dryRun;

  CompareCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (parallel != null && parallel < 1) {
      throw UserProblem.usage("--parallel " + parallel + ": expected at least 1");
    }
    try (Engine engine = engine()) {
      boolean isFolder = Files.isDirectory(source);
      Comparison comparison = isFolder ? begun() : asked(engine);
      ComparisonFolder folder = new ComparisonFolder(isFolder ? source : target(comparison));
      if (dryRun) {
        ComparisonOutlook.lines(comparison, folder).forEach(this::print);
        return 0;
      }
      folder.begin(comparison);
      return new ComparisonSession(context(), engine, folder, comparison)
          .run(atATime(engine, comparison.cells().get(0)));
    }
  }

  /** The comparison of a folder, which says all itself. */
  private Comparison begun() {
    ComparisonFolder folder = new ComparisonFolder(source);
    if (!folder.isComparison()) {
      throw UserProblem.usage(
          source + " holds no comparison: it has no compare.json; give a run.conf to begin one");
    }
    boolean saysMore =
        !methods.isEmpty() || !keep.isEmpty() || seeds != null || !set.isEmpty() || out != null;
    if (saysMore) {
      throw UserProblem.usage(
          source
              + " says itself what is compared; leave --methods, --keep, --seeds, --set and --out"
              + " away");
    }
    return Comparison.read(folder.definition());
  }

  private Comparison asked(Engine engine) {
    int count = seeds == null ? USUAL_SEEDS : seeds;
    return new ComparisonRequest(source, set, methods, keep, count).resolve(engine);
  }

  private Path target(Comparison comparison) {
    return out == null ? workspace.resolve(comparison.name() + "-compare") : out;
  }

  private int atATime(Engine engine, Cell first) {
    return parallel != null ? parallel : Math.min(MOST_AT_A_TIME, engine.workers(first.resolved()));
  }
}
