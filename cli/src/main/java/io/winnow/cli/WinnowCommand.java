package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.FileChecks;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Base of all commands: help, where output goes, and how a run is named. */
@Command(mixinStandardHelpOptions = true)
abstract class WinnowCommand implements Callable<Integer> {
  static final String RUNS = "runs";

  private final CommandContext context;

  WinnowCommand(CommandContext context) {
    this.context = context;
  }

  CommandContext context() {
    return context;
  }

  void print(Object line) {
    context.terminal().out().println(line);
  }

  Engine engine() {
    return context.engines().get();
  }

  /** What to say of a path that is not there, with what stands nearest to {@code place}. */
  static UserProblem missing(Path given, String what, Path place) {
    String nearest = FileChecks.nearest(place);
    return UserProblem.usage(
        given + ": no such " + what + (nearest.isEmpty() ? "" : " (" + nearest + ")"));
  }

  /** A run given as a folder, or by its name in the workspace. */
  static RunPlace place(Path run, Path workspace) {
    return Workspace.existingRun(found(run, workspace));
  }

  /** The folder that was given, or that of this name in the workspace. */
  static Path found(Path run, Path workspace) {
    Path named = workspace.resolve(run);
    if (!Files.exists(run) && !Files.exists(named)) {
      throw missing(run, "folder or run", named);
    }
    return Files.exists(run) ? run : named;
  }
}
