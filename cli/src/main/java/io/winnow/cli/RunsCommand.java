package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.StatusFile;
import io.winnow.model.io.Workspace;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "runs", description = "List the runs of a workspace.")
final class RunsCommand extends WinnowCommand {
  private static final Set<String> AT_REST = Set.of("finished", "paused", "stopped", "failed");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  RunsCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (cluster.isGiven()) {
      return ofCluster();
    }
    List<RunPlace> runs = new Workspace(workspace).runs();
    if (runs.isEmpty()) {
      print("no runs in " + workspace);
    }
    runs.forEach(run -> print(line(run)));
    return 0;
  }

  private int ofCluster() {
    JsonNode runs = cluster.client().get("/runs").path("runs");
    if (runs.isEmpty()) {
      print("no runs at " + cluster.client().address());
    }
    for (JsonNode run : runs) {
      String status = run.path("status").asText().toLowerCase(Locale.ROOT);
      print(
          line(
              run.path("run").asText(),
              new StatusFile(
                  status,
                  run.path("step").asLong(),
                  run.path("total_steps").asLong(),
                  run.path("reason").asText())));
    }
    return 0;
  }

  private static String line(RunPlace run) {
    StatusFile status = StatusFile.of(run.folder());
    boolean inUse = run.folder().isInUse();
    String name = run.folder().path().getFileName().toString();
    if (status == null) {
      return String.format(Locale.ROOT, "%-24s %s", name, inUse ? "starting" : "interrupted");
    }
    boolean interrupted = !inUse && !AT_REST.contains(status.phase());
    return line(
        name,
        interrupted
            ? new StatusFile("interrupted", status.step(), status.totalSteps(), status.reason())
            : status);
  }

  private static String line(String name, StatusFile status) {
    String of = status.totalSteps() > 0 ? "/" + status.totalSteps() : "";
    return String.format(
            Locale.ROOT,
            "%-24s %-12s step %d%s  %s",
            name,
            status.phase(),
            status.step(),
            of,
            status.reason())
        .stripTrailing();
  }
}
