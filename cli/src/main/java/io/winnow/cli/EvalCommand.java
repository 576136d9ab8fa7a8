package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.FileChecks;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.RunPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "eval",
    description = "Measure a run, or any model folder with --config, on labelled examples.")
final class EvalCommand extends WinnowCommand {
  @Parameters(
      paramLabel = "DIR|MODEL_DIR",
      description = "The run's folder, its name in the workspace, or a model folder.")
  private Path subject = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "Labelled examples (default: the validation file of the run or run.conf).")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "run.conf",
      description = "Task and data settings for a MODEL_DIR; its model.path is not used.")
  private @Nullable Path config;

  @Option(
      names = "--adapter",
      paramLabel = "ADAPTER_DIR",
      description = "A PEFT adapter on the MODEL_DIR.")
  private @Nullable Path adapter;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Change one setting of --config; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(names = "--json", description = "One JSON object instead of a table.")
  private boolean json;

  @Option(names = "--workspace", paramLabel = "DIR", defaultValue = RUNS)
  private Path workspace = Path.of(RUNS);

  EvalCommand(CommandContext context) {
    super(context);
  }

  @Override
  public Integer call() {
    SortedMap<String, Double> metrics = config == null ? ofRun() : ofModel(config);
    if (json) {
      print(MetricsReport.json(metrics));
    } else {
      MetricsReport.table(metrics).forEach(this::print);
    }
    return 0;
  }

  private SortedMap<String, Double> ofRun() {
    if (isModel() && !isRun()) {
      throw UserProblem.usage(
          subject
              + " is no run: it has no run.conf; to measure a model folder, give task and data by"
              + " --config run.conf");
    }
    RunPlace place = place(subject, workspace);
    if (adapter != null || !set.isEmpty()) {
      throw UserProblem.usage(
          (adapter != null ? "--adapter" : "--set")
              + " goes with a model folder and --config; "
              + subject
              + " is a run, which has its own");
    }
    requireData();
    context().logging().toFile(place.folder().log());
    try (Engine engine = engine()) {
      return engine.evaluate(place, data);
    }
  }

  private SortedMap<String, Double> ofModel(Path settings) {
    if (isRun() && !isModel()) {
      throw UserProblem.usage(
          subject + " is a run, which has its own run.conf; leave out --config");
    }
    if (!Files.isDirectory(subject)) {
      throw missing(subject, "model folder", subject);
    }
    if (!isModel()) {
      throw UserProblem.usage(
          subject + " is neither a run (run.conf) nor a model folder (config.json)");
    }
    if (adapter != null && !Files.isDirectory(adapter)) {
      throw missing(adapter, "adapter folder", adapter);
    }
    requireData();
    List<String> changes = new ArrayList<>(set);
    changes.add("model.path=" + subject.toAbsolutePath().normalize());
    RunConfig run = RunConfigReader.read(settings, changes);
    try (Engine engine = engine()) {
      return engine.evaluate(run, adapter, data);
    }
  }

  private void requireData() {
    if (data != null) {
      FileChecks.requireArgument("--data", data);
    }
  }

  private boolean isRun() {
    return Files.isRegularFile(subject.resolve("run.conf"));
  }

  private boolean isModel() {
    return Files.isRegularFile(subject.resolve("config.json"));
  }
}
