package io.winnow.cli;

import io.winnow.actors.node.NodeConfig;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "node",
    description = "Be a node of a cluster, until Ctrl-C or SIGTERM lets it leave.",
    footer = {
      "",
      "Exit codes: 0 left when asked; 1 trouble; 2 wrong settings; 3 given up by the others, or no",
      "cluster found: start it again; 4 refused by the cluster (another version): do not."
    })
final class NodeCommand extends WinnowCommand {
  @Option(
      names = "--config",
      paramLabel = "node.conf",
      description = "Settings of the node (default: conf/node.conf of Winnow's folder).")
  private @Nullable Path file;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      split = ",",
      description = "Roles instead of the file's: control, adapters, worker; none for a client.")
  private @Nullable List<String> roles;

  @Option(
      names = "--join",
      paramLabel = "HOST:PORT",
      split = ",",
      description = "Nodes to join through, instead of the file's.")
  private @Nullable List<String> join;

  @Option(names = "--port", paramLabel = "PORT", description = "Port instead of the file's.")
  private @Nullable Integer port;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Change one setting of the node; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = "--submit",
      paramLabel = "run.conf",
      description = "Once up, submit this run and show it; a client leaves when it has ended.")
  private @Nullable Path submit;

  @Option(
      names = "--set-run",
      paramLabel = "path=value",
      description = "Change one setting of the submitted run; may be given several times.")
  private List<String> setRun = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the files of the submitted run (default: runs/NAME).")
  private @Nullable Path out;

  NodeCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (submit == null && (out != null || !setRun.isEmpty())) {
      throw UserProblem.usage("--out and --set-run go with --submit");
    }
    Path conf = file == null ? context().home().resolve("conf/node.conf") : file;
    NodeConfig config = NodeConfig.read(conf, overrides());
    RunConfig run = submit == null ? null : RunConfigReader.read(submit, setRun);
    if (run != null) {
      try (Engine engine = engine()) {
        RunCommand.check(engine, run, submit);
      }
    }
    Path folder = run == null || out != null ? out : Path.of(RUNS).resolve(run.name());
    return new NodeProgram(context(), config).run(run, folder);
  }

  private List<String> overrides() {
    List<String> overrides = new ArrayList<>(set);
    if (roles != null) {
      List<String> given = roles.equals(List.of("none")) ? List.of() : roles;
      overrides.add("roles=" + list(given));
    }
    if (join != null) {
      overrides.add("join=" + list(join));
    }
    if (port != null) {
      overrides.add("port=" + port);
    }
    return overrides;
  }

  private static String list(List<String> texts) {
    return texts.stream().map(text -> '"' + text.strip() + '"').toList().toString();
  }
}
