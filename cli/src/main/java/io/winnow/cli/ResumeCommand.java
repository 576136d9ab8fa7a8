package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "resume", description = "Go on with a run from its last checkpoint.")
final class ResumeCommand extends WinnowCommand {
  @Parameters(paramLabel = "DIR", description = "The run's folder, or its name in the workspace.")
  private Path run = Path.of("");

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description =
          "Change a setting that may change from now on, like model.path of a folder that moved;"
              + " may be given several times.")
  private List<String> set = new ArrayList<>();

  @Mixin private ControlOption control = new ControlOption();

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  ResumeCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (cluster.isGiven()) {
      if (!set.isEmpty()) {
        throw UserProblem.usage("--set goes with a run of this machine; here: winnow set");
      }
      SteeredRun steered = cluster.run(run.toString());
      steered.client().post(steered.path("resume"), "");
      return new AttachedRun(context(), steered).follow();
    }
    RunPlace place = place(run, workspace);
    RunConfig config = RunConfigReader.read(place.folder().runConf(), set);
    ControlPort port = control.port(context().terminal());
    try (Engine engine = engine()) {
      engine.control(port);
      return new RunSession(context(), place)
          .follow((at, listener) -> engine.resume(config, at, listener));
    }
  }
}
