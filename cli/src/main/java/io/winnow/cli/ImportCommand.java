package io.winnow.cli;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.FileChecks;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.SettingLine;
import io.winnow.model.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description =
        "Let the run of a run.conf begin with an adapter of PEFT, of Winnow or of the authors.")
final class ImportCommand extends WinnowCommand {
  private static final String SETTING = "method.start-from";

  @Parameters(paramLabel = "ADAPTER_DIR", description = "The adapter's folder.")
  private Path adapter = Path.of("");

  @Option(
      names = "--into",
      required = true,
      paramLabel = "run.conf",
      description = "The configuration that gets method.start-from; all else in it stays as it is.")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "Only say what would be taken over.")
  private boolean dryRun;

  ImportCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(adapter)) {
      throw missing(adapter, "adapter folder", adapter);
    }
    FileChecks.requireArgument("--into", file);
    Path folder = adapter.toAbsolutePath().normalize();
    RunConfig config = RunConfigReader.read(file, List.of(SETTING + "=" + folder));
    try (Engine engine = engine()) {
      RunCommand.check(engine, config, file);
      engine.takeover(config).forEach(this::print);
    }
    if (dryRun) {
      print("nothing was written (--dry-run)");
    } else {
      write(folder);
      print("wrote " + SETTING + " into " + file + "; train with: winnow train " + file);
    }
    return 0;
  }

  /** The changed text must say what is meant before it takes the place of the file. */
  private void write(Path folder) {
    try {
      Path target = file.toRealPath();
      String text = SettingLine.set(Files.readString(target), SETTING, folder.toString());
      Path draft = target.resolveSibling("." + target.getFileName() + ".import.conf");
      try {
        AtomicFile.writeText(draft, text);
        if (!folder.equals(
            RunConfigReader.read(draft, List.of("name=draft")).method().startFrom())) {
          throw notWritable(folder);
        }
      } catch (UserProblem problem) {
        throw notWritable(folder);
      } finally {
        Files.deleteIfExists(draft);
      }
      AtomicFile.writeText(target, text);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
  }

  private UserProblem notWritable(Path folder) {
    return UserProblem.failure(
        "%s is written in a way that no line can be added to; put this into it yourself: %s"
            .formatted(file, SettingLine.set("", SETTING, folder.toString()).strip()));
  }
}
