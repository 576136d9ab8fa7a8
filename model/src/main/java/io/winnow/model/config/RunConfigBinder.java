package io.winnow.model.config;

import com.typesafe.config.Config;
import io.winnow.model.adapter.BlockRange;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.adapter.WireType;
import io.winnow.model.config.RunConfig.Checkpoint;
import io.winnow.model.config.RunConfig.Failure;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfig.Task;
import io.winnow.model.config.RunConfig.Workers;
import io.winnow.model.config.RunConfigReader.Source;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Makes a {@link RunConfig} of checked keys, section by section; reports what does not fit. */
final class RunConfigBinder {
  private static final Pattern MODULE_NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private static final int MOST_PRIORITY = 1_000_000;

  private final Source source;
  private final Config known;
  private final Config said;
  private final ConfigProblems problems;
  private final Values values;

  /**
   * @param known what the user set, without unknown keys
   * @param said the part of it that contradictions are looked for in
   */
  RunConfigBinder(Source source, Config known, Config said, ConfigProblems problems) {
    this.source = source;
    this.known = known;
    this.said = said;
    this.problems = problems;
    this.values = new Values(known.withFallback(ReferenceConfig.values()), problems);
  }

  RunConfig bind() {
    Method method = method();
    TaskBinder what = new TaskBinder(source, values, known, problems);
    Task task = what.task();
    LoopBinder loop = new LoopBinder(values, known, said, problems);
    RunConfig run =
        new RunConfig(
            name(),
            values.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
            what.model(),
            task,
            what.data(task),
            method,
            new SelectionBinder(values, known, said, problems).selection(method.name()),
            loop.optimizer(method.name()),
            loop.schedule(),
            loop.training(task),
            checkpoint(),
            failure(),
            workers(),
            values.choice("wire.dtype", WireType.class),
            (int) values.whole("priority", -MOST_PRIORITY, MOST_PRIORITY),
            what.generation(task),
            new ScriptBinder(source, known, problems).commands());
    RunConfigChecks.ofEarlyStopping(run).forEach(problems::add);
    RunConfigChecks.ofTargetRank(run).forEach(problems::add);
    if (run.training().steps() > 0) {
      RunConfigChecks.againstSteps(run, run.training().steps()).forEach(problems::add);
    }
    return run;
  }

  private String name() {
    String name = values.has("name") ? values.text("name") : source.defaultName();
    if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      problems.add(
          "name", "" + name, "up to 100 letters, digits, '.', '_' or '-', as it names a folder");
      return "run";
    }
    return name;
  }

  private Method method() {
    return new Method(
        values.choice("method.name", Method.Name.class),
        (int) values.whole("method.rank", 1, 65_536),
        values.single("method.alpha", Range.POSITIVE),
        values.single("method.dropout", Range.BELOW_ONE),
        values.choice("method.init-a", Method.InitA.class),
        targetModules(),
        values.flag("method.train-head"),
        layers(),
        startFrom());
  }

  private List<BlockRange> layers() {
    if (!values.has("method.layers")) {
      return List.of();
    }
    List<Optional<BlockRange>> ranges =
        values.texts("method.layers").stream().map(BlockRange::parse).toList();
    if (ranges.isEmpty() || ranges.stream().anyMatch(Optional::isEmpty)) {
      values.wrong("method.layers", "numbers and ranges of blocks, like [0, 1, \"4-6\"]", "");
    }
    return ranges.stream().flatMap(Optional::stream).toList();
  }

  private @Nullable Path startFrom() {
    String text = values.text("method.start-from");
    if (text == null) {
      return null;
    }
    String reason = values.choice("method.name", Method.Name.class).whyNoStart();
    if (!reason.isEmpty()) {
      problems.add("method.start-from", reason, "another method.name, or no start-from");
    }
    try {
      Path folder = source.folder().resolve(text).normalize();
      if (source.checkFiles()) {
        FileChecks.requireAdapter("method.start-from", folder, problems);
      }
      return folder;
    } catch (InvalidPathException invalid) {
      values.wrong("method.start-from", "a path", invalid.getReason());
      return null;
    }
  }

  private TargetRule targetModules() {
    List<String> texts = values.texts("method.target-modules");
    if (values.isList("method.target-modules")) {
      if (texts.isEmpty()) {
        values.wrong("method.target-modules", "at least one module name", "");
      }
      return new TargetRule.Names(texts);
    }
    String text = texts.isEmpty() ? "all-linear" : texts.get(0);
    if (text.equals("all-linear")) {
      return new TargetRule.AllLinear();
    }
    try {
      Pattern.compile(text);
    } catch (PatternSyntaxException wrong) {
      values.wrong("method.target-modules", "a regular expression", wrong.getDescription());
    }
    if (NearestName.of(text, List.of("all-linear")).isPresent()) {
      values.wrong("method.target-modules", "", "did you mean all-linear?");
    } else if (MODULE_NAME.matcher(text).matches()) {
      // as a whole-path expression a plain name would match nothing
      values.wrong("method.target-modules", "a list for names: [" + text + "]", "");
    }
    return new TargetRule.Regex(text);
  }

  private Checkpoint checkpoint() {
    String every = "" + values.text("checkpoint.every");
    if (values.isWholeFrom(every, 1)) {
      return new Checkpoint(values.whole("checkpoint.every", 1, Long.MAX_VALUE), Duration.ZERO);
    }
    Optional<Duration> time = Durations.parse(every);
    if (time.isEmpty()) {
      values.wrong("checkpoint.every", "a number of steps, or a time like \"30s\"", "");
    }
    return new Checkpoint(0, time.orElse(Duration.ofSeconds(1)));
  }

  private Failure failure() {
    Optional<Duration> deadline = Durations.parse("" + values.text("failure.step-deadline"));
    if (deadline.isEmpty()) {
      values.wrong("failure.step-deadline", "a time with its unit, like \"60s\"", "");
    }
    return new Failure(
        values.wholeInt("failure.max-bad-steps", 1),
        values.wholeInt("failure.max-attempts", 1),
        deadline.orElse(Duration.ofSeconds(60)));
  }

  private Workers workers() {
    Determinism determinism = values.choice("workers.determinism", Determinism.class);
    return new Workers(
        (int) values.whole("workers.count", 0, 4_096), determinism == Determinism.STRICT);
  }

  private enum Determinism {
    STRICT,
    OFF
  }
}
