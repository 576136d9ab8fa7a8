package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Base of the commands that begin a run. */
abstract class RunCommand extends WinnowCommand {
  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Change one setting; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Put this run, with a store of its own, into DIR.")
  private @Nullable Path out;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      defaultValue = RUNS,
      description = "Folder of runs that share a store (default: ${DEFAULT-VALUE}).")
  private Path workspace = Path.of(RUNS);

  @Mixin private ControlOption control = new ControlOption();

  RunCommand(CommandContext context) {
    super(context);
  }

  /** What a file and the command line say. */
  RunConfig config(Path file) {
    return RunConfigReader.read(file, set);
  }

  /** Refuses what would be ignored: a cluster keeps its runs in its own store. */
  void requireNoFolder() {
    if (out != null) {
      throw UserProblem.usage(
          "--out goes with a run of this machine; the files of a cluster's run are written by:"
              + " winnow node --role none --port 0 --join HOST:PORT --submit run.conf --out DIR");
    }
  }

  /** Everything is checked before the run's folder is made. */
  int run(Path file) throws InterruptedException {
    RunConfig config = config(file);
    RunPlace place =
        out == null ? new Workspace(workspace).newRun(config.name()) : Workspace.onlyRun(out);
    ControlPort port = control.port(context().terminal());
    try (Engine engine = engine()) {
      engine.control(port);
      check(engine, config, file);
      List<String> classes = engine.classes(config);
      place.folder().create();
      return new RunSession(context(), place)
          .follow(
              (at, listener) -> {
                at.makeStore(); // first, so that whatever has a run.conf can be resumed
                at.folder().write(at.folder().runConf(), RunConfigWriter.render(config));
                if (!classes.isEmpty()) {
                  context().terminal().out().println(Words.classes(classes));
                }
                return engine.train(config, at, listener);
              });
    }
  }

  static void check(Engine engine, RunConfig config, Path file) {
    List<UserProblem> problems = engine.check(config);
    if (!problems.isEmpty()) {
      throw UserProblem.of(file.toString(), problems);
    }
  }
}
