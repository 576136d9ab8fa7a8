package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.RunPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "merge",
    description = "Fold a run's adapter into its base: a plain Hugging Face folder.")
final class MergeCommand extends WinnowCommand {
  @Parameters(
      paramLabel = "DIR|ADAPTER_DIR",
      description = "The run's folder, its name in the workspace, or a PEFT adapter with --model.")
  private Path learned = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "MODEL_DIR",
      description = "Folder to write; made if it does not exist, refused if it holds anything.")
  private Path target = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "BASE_DIR",
      description = "The base of an ADAPTER_DIR; a run knows its own.")
  private @Nullable Path base;

  @Option(
      names = "--dtype",
      defaultValue = "f32",
      description =
          "f32: computes what base and adapter do; bf16: half the size, rounded; source: as the base."
              + " Default: ${DEFAULT-VALUE}")
  private MergedType type = MergedType.F32;

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  MergeCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    mergeBy().forEach(this::print);
    return 0;
  }

  private List<String> mergeBy() {
    if (Files.isRegularFile(learned.resolve("adapter_config.json"))) {
      if (base == null) {
        throw UserProblem.usage(
            learned + " is an adapter; give the model that it was trained on: --model BASE_DIR");
      }
      try (Engine engine = engine()) {
        return engine.merge(learned, base, target, type);
      }
    }
    RunPlace place = place(learned, workspace);
    if (base != null) {
      throw UserProblem.usage(
          "--model is for an adapter folder; " + learned + " is a run, which knows its base");
    }
    context().logging().toFile(place.folder().log());
    try (Engine engine = engine()) {
      return engine.merge(place, target, type);
    }
  }
}
