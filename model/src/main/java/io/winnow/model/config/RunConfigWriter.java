package io.winnow.model.config;

import com.typesafe.config.ConfigUtil;
import io.winnow.model.adapter.BlockRange;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.arch.Activations;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.train.Budget;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a {@link RunConfig} as the HOCON text that {@link RunConfigReader#readText} reads back to
 * an equal one. Each line is {@code path = value}, each setting is there, except those that have no
 * meaning for the run's method or task.
 */
public final class RunConfigWriter {
  private final StringBuilder text = new StringBuilder();

  private RunConfigWriter() {}

  /** The whole configuration, one setting per line. */
  public static String render(RunConfig run) {
    RunConfigWriter writer = new RunConfigWriter();
    writer.what(run);
    writer.method(run);
    writer.optimizer(run);
    writer.loop(run);
    return writer.text.toString();
  }

  private void what(RunConfig run) {
    line("name", quote(run.name()));
    line("seed", run.seed());
    line("model.path", quote(run.model().path().toString()));
    var options = run.model().options();
    if (options.dropout() != null) {
      line("model.dropout", options.dropout());
    }
    line("model.dtype", Values.kebab(options.storage()));
    line("model.recompute", options.activations() == Activations.RECOMPUTED);
    line("model.backend", Values.kebab(options.backend()));
    task(run.task());
    data(run.task(), run.data());
    run.generation().forEach((name, value) -> line("generation." + name, quote(value)));
  }

  private void task(RunConfig.Task task) {
    line("task.kind", Values.kebab(task.kind()));
    if (task.glue() != null) {
      line("task.glue", task.glue().key());
    } else if (task.labels() > 0) {
      line("task.labels", task.labels());
    }
    meant(task, "task.unanswerable", task.answers().unanswerable());
    meant(task, "task.null-threshold", task.answers().nullThreshold());
    meant(task, "task.n-best", task.answers().nBest());
    meant(task, "task.max-answer-length", task.answers().maxLength());
    meant(task, "task.score", Values.kebab(task.scoring()));
  }

  private void data(RunConfig.Task task, RunConfig.Data data) {
    line("data.train", quote(data.train().toString()));
    if (data.validation() != null) {
      line("data.validation", quote(data.validation().toString()));
    }
    if (!data.columns().text().isEmpty()) {
      line("data.text", list(data.columns().text()));
    }
    meant(task, "data.label", quote(data.columns().label()));
    if (data.columns().source() != null) {
      line("data.source", quote(data.columns().source()));
      line("data.target", quote("" + data.columns().target()));
    }
    line("data.max-length", data.lengths().input());
    meant(task, "data.max-target-length", data.lengths().target());
    meant(task, "data.stride", data.lengths().stride());
    meant(task, "data.template", Values.kebab(data.form().template()));
    meant(task, "data.packing", data.form().packing());
    meant(task, "data.documents", Values.kebab(data.form().documents()));
  }

  /** A setting that only some kinds of task have. */
  private void meant(RunConfig.Task task, String path, Object value) {
    if (TaskBinder.hasMeaning(path, task.kind())) {
      line(path, value);
    }
  }

  private void method(RunConfig run) {
    Method method = run.method();
    line("method.name", quote(method.name().text()));
    line("method.rank", method.rank());
    line("method.alpha", method.alpha());
    line("method.dropout", method.dropout());
    if (method.name() != Method.Name.ADALORA) {
      line("method.init-a", Values.kebab(method.initA()));
    }
    line("method.target-modules", target(method.target()));
    if (!method.layers().isEmpty()) {
      line("method.layers", layers(method.layers()));
    }
    line("method.train-head", method.trainHead());
    if (method.startFrom() != null) {
      line("method.start-from", quote(method.startFrom().toString()));
    }
    selection(method.name(), run.selection());
  }

  private void selection(Method.Name method, RunConfig.Selection selection) {
    if (method == Method.Name.RAND || method == Method.Name.WEIGHTLORA) {
      budget(selection.budget());
    }
    if (method.movesOmega()) {
      line("selection.rule", Values.kebab(selection.rule()));
      line("selection.omega-after", Values.kebab(selection.omegaAfter()));
    }
    if (method == Method.Name.WEIGHTLORA) {
      line("selection.at", steps(selection.at(), "never"));
      line("selection.every", steps(selection.every(), "at-end"));
      line("selection.after-selection", Values.kebab(selection.afterSelection()));
      line("selection.rounds", rounds(selection.rounds()));
    }
    if (selection.expansion() != null) {
      line("expansion.every", selection.expansion().every());
      line("expansion.times", selection.expansion().times());
      line("expansion.rule", Values.kebab(selection.expansion().rule()));
    }
    if (selection.adalora() != null) {
      adalora(selection.adalora());
    }
  }

  private void adalora(RunConfig.AdaLora adalora) {
    line("adalora.target-rank", adalora.targetRank());
    line("adalora.warmup", steps(adalora.warmup(), "never"));
    line("adalora.rest", steps(adalora.rest(), "never"));
    line("adalora.every", adalora.every());
    line("adalora.orthogonality", adalora.rule().orthogonality());
    line("adalora.beta1", adalora.rule().smoothing().beta1());
    line("adalora.beta2", adalora.rule().smoothing().beta2());
  }

  private void budget(Budget budget) {
    if (budget instanceof Budget.Heads heads) {
      line("method.keep", heads.count());
    } else if (budget instanceof Budget.Parameters parameters) {
      line("method.keep-parameters", parameters.values());
    } else if (budget instanceof Budget.Fraction fraction) {
      line("method.keep-fraction", fraction.share());
    }
  }

  private static String rounds(List<RunConfig.Selection.Round> rounds) {
    return rounds.stream()
        .map(round -> "{ at = " + steps(round.at(), "never") + ", keep = " + round.keep() + " }")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private void optimizer(RunConfig run) {
    var optimizer = run.optimizer();
    line("optimizer.kind", Values.kebab(optimizer.kind()));
    line("optimizer.lr", optimizer.lr());
    line("optimizer.betas", "[" + optimizer.beta1() + ", " + optimizer.beta2() + "]");
    line("optimizer.eps", optimizer.eps());
    line("optimizer.weight-decay", optimizer.weightDecay());
    line("optimizer.clip", optimizer.clip());
    if (run.method().name().movesOmega()) {
      line("optimizer.omega.kind", Values.kebab(optimizer.omegaKind()));
      line("optimizer.omega.lr", optimizer.omegaLr());
    }
    line("schedule.kind", Values.kebab(run.schedule().kind()));
    if (run.schedule().warmup() instanceof StepCount.Share share) {
      BigDecimal ratio = BigDecimal.valueOf(share.percent()).movePointLeft(2);
      line("schedule.warmup-ratio", ratio.toPlainString());
    } else {
      line("schedule.warmup-steps", steps(run.schedule().warmup(), "never"));
    }
  }

  private void loop(RunConfig run) {
    var training = run.training();
    if (training.steps() > 0) {
      line("training.steps", training.steps());
    } else {
      line("training.epochs", training.epochs());
    }
    line("training.batch-size", training.batchSize());
    line("training.micro-batch", training.microBatch());
    line("training.evaluate-every", steps(training.evaluateEvery(), "at-end"));
    line("training.best.metric", quote(training.best().name()));
    line("training.best.higher-is-better", training.best().higherIsBetter());
    line("training.group-by-length", training.groupByLength());
    var stopping = training.earlyStopping();
    if (stopping != null) {
      line("training.early-stopping.patience", stopping.patience());
      line("training.early-stopping.min-delta", stopping.minDelta());
    }
    var checkpoint = run.checkpoint();
    line(
        "checkpoint.every",
        checkpoint.everySteps() > 0
            ? Long.toString(checkpoint.everySteps())
            : Durations.render(checkpoint.everyTime()));
    line("failure.max-bad-steps", run.failure().maxBadSteps());
    line("failure.max-attempts", run.failure().maxAttempts());
    line("failure.step-deadline", Durations.render(run.failure().stepDeadline()));
    line("workers.count", run.workers().count());
    line("workers.determinism", run.workers().determinism() ? "strict" : "off");
    line("wire.dtype", run.wire().name().toLowerCase(Locale.ROOT));
    if (run.priority() != 0) { // texts of runs that know of no queue stay as they are
      line("priority", run.priority());
    }
    line("commands", commands(run.commands()));
  }

  private void line(String path, Object value) {
    text.append(path).append(" = ").append(value).append('\n');
  }

  static String commands(List<RunConfig.ScriptedCommand> commands) {
    return commands.stream()
        .map(command -> "{ at = " + command.at() + ", set { " + settings(command.set()) + " } }")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String settings(Map<String, String> set) {
    return set.entrySet().stream()
        .map(entry -> entry.getKey() + " = " + quote(entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String target(TargetRule target) {
    if (target instanceof TargetRule.Names names) {
      return list(names.names());
    }
    if (target instanceof TargetRule.Regex regex) {
      return quote(regex.pattern());
    }
    return "all-linear";
  }

  private static String layers(List<BlockRange> layers) {
    return layers.stream()
        .map(range -> range.first() == range.last() ? range.toString() : quote(range.toString()))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String steps(StepCount count, String neverWord) {
    if (count instanceof StepCount.Steps steps) {
      return Long.toString(steps.count());
    }
    if (count instanceof StepCount.Share share) {
      return quote(BigDecimal.valueOf(share.percent()).toPlainString() + "%");
    }
    return neverWord;
  }

  private static String list(List<String> texts) {
    return texts.stream().map(RunConfigWriter::quote).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quote(String text) {
    return ConfigUtil.quoteString(text);
  }
}
