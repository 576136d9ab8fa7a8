package io.winnow.cli;

import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "validate",
    description =
        "Print the resolved configuration, or every problem in it; reads the data, loads no weights.")
final class ValidateCommand extends WinnowCommand {
  @Parameters(paramLabel = "run.conf", description = "The configuration of the run.")
  private Path file = Path.of("run.conf");

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Change one setting; may be given several times.")
  private List<String> set = new ArrayList<>();

  ValidateCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    RunConfig config = RunConfigReader.read(file, set);
    List<String> classes;
    try (Engine engine = engine()) {
      RunCommand.check(engine, config, file);
      classes = engine.classes(config);
    }
    context().terminal().out().print(RunConfigWriter.render(config));
    if (!classes.isEmpty()) {
      context().terminal().out().println("# " + Words.classes(classes));
    }
    return 0;
  }
}
