package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.FileChecks;
import io.winnow.model.generate.Cache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "generate",
    description = {
      "Write text with a run's adapter, or with any model folder.",
      "Prints the new text alone: one line per prompt, or one row per example of a file."
    })
final class GenerateCommand extends WinnowCommand {
  @Parameters(
      paramLabel = "DIR",
      description = "The run's folder, its name in the workspace, or a Hugging Face model folder.")
  private Path source = Path.of("");

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "A PEFT adapter to use with a model folder.")
  private @Nullable Path adapter;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to write from; may be given several times.")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "A file of examples to write from, of the run's kind.")
  private @Nullable Path data;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A generation setting, such as num-beams=4 or max-new-tokens=64.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--no-cache",
      description = "Compute everything again for each token: slow, to check the cache.")
  private boolean noCache;

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  GenerateCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    if (prompts.isEmpty() == (data == null)) {
      throw UserProblem.usage("give --prompt TEXT or --data FILE, one of the two");
    }
    if (data != null) {
      FileChecks.requireArgument("--data", data);
    }
    Path folder = source(source, workspace);
    var request =
        new GenerationRequest(
            folder, adapter, prompts, data, settings, noCache ? Cache.OFF : Cache.ON);
    try (Engine engine = engine()) {
      engine.generate(request, this::print);
    }
    return 0;
  }

  /** A folder as it is given, or a run's by its name. */
  private static Path source(Path given, Path workspace) {
    if (given.resolve("config.json").toFile().isFile()) {
      return given;
    }
    return place(given, workspace).folder().path();
  }
}
