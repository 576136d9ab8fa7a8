package io.winnow.model.config;

import com.typesafe.config.Config;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfig.Schedule;
import io.winnow.model.config.RunConfig.Task;
import io.winnow.model.config.RunConfig.Training;
import io.winnow.model.config.RunConfig.Training.EarlyStopping;
import io.winnow.model.config.RunConfig.Training.Metric;
import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.ScheduleSettings;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Binds the sections about the loop: optimizer, schedule and training. */
final class LoopBinder {
  private static final Set<String> LOWER_IS_BETTER = Set.of("mse", "loss", "perplexity");
  private static final float EPS_ADAMW = 1e-8f;
  private static final float EPS_ADAMW_HF = 1e-6f;
  private static final float OMEGA_LR_ADAMW = 1e-2f;
  private static final float OMEGA_LR_SGD = 5f;

  private final Values values;
  private final Config known;
  private final Config said;
  private final ConfigProblems problems;

  LoopBinder(Values values, Config known, Config said, ConfigProblems problems) {
    this.values = values;
    this.known = known;
    this.said = said;
    this.problems = problems;
  }

  OptimizerSettings optimizer(Method.Name method) {
    OptimizerSettings.Kind kind = values.choice("optimizer.kind", OptimizerSettings.Kind.class);
    float eps = kind == OptimizerSettings.Kind.ADAMW ? EPS_ADAMW : EPS_ADAMW_HF;
    float[] betas = betas();
    Omega omega = omega(method);
    return new OptimizerSettings(
        values.single("optimizer.lr", Range.POSITIVE),
        kind,
        betas[0],
        betas[1],
        values.has("optimizer.eps") ? values.single("optimizer.eps", Range.POSITIVE) : eps,
        values.single("optimizer.weight-decay", Range.NOT_NEGATIVE),
        omega.lr(),
        omega.kind(),
        values.decimal("optimizer.clip", Range.NOT_NEGATIVE));
  }

  private float[] betas() {
    String path = "optimizer.betas";
    float[] betas = {0.9f, 0.999f};
    List<String> texts = values.texts(path);
    boolean fits = texts.size() == betas.length;
    for (int i = 0; fits && i < betas.length; i++) {
      var beta = Values.parse(texts.get(i));
      fits = beta.isPresent() && Range.BELOW_ONE.holds(beta.get().doubleValue());
      betas[i] = fits ? beta.get().floatValue() : betas[i];
    }
    if (!fits) {
      values.wrong(path, "two numbers from 0 to below 1, like [0.9, 0.999]", "");
    }
    return betas;
  }

  private Omega omega(Method.Name method) {
    if (!method.movesOmega()) {
      if (said.hasPath("optimizer.omega")) {
        problems.add(
            "optimizer.omega", "has no meaning for method " + Values.kebab(method), "weightlora");
      }
      return new Omega(OMEGA_LR_ADAMW, OptimizerSettings.OmegaKind.ADAMW);
    }
    var kind = values.choice("optimizer.omega.kind", OptimizerSettings.OmegaKind.class);
    if (values.has("optimizer.omega.lr")) {
      return new Omega(values.single("optimizer.omega.lr", Range.POSITIVE), kind);
    }
    boolean sgd = kind == OptimizerSettings.OmegaKind.SGD;
    return new Omega(sgd ? OMEGA_LR_SGD : OMEGA_LR_ADAMW, kind);
  }

  Schedule schedule() {
    ScheduleSettings.Kind kind = values.choice("schedule.kind", ScheduleSettings.Kind.class);
    oneOf("schedule.warmup-steps", "schedule.warmup-ratio");
    if (values.has("schedule.warmup-steps")) {
      long steps = values.whole("schedule.warmup-steps", 0, Long.MAX_VALUE);
      return new Schedule(kind, StepCount.of(steps));
    }
    values.decimal("schedule.warmup-ratio", Range.UNIT);
    double percent =
        values
            .number("schedule.warmup-ratio")
            .map(ratio -> ratio.movePointRight(2).doubleValue())
            .orElse(0.0);
    return new Schedule(kind, StepCount.percent(percent));
  }

  Training training(Task task) {
    oneOf("training.steps", "training.epochs");
    boolean counted = values.has("training.steps");
    int batch = values.wholeInt("training.batch-size", 1);
    return new Training(
        counted ? values.whole("training.steps", 1, Long.MAX_VALUE / 2) : 0,
        counted ? 0 : values.decimal("training.epochs", Range.POSITIVE),
        batch,
        microBatch(batch),
        values.steps("training.evaluate-every", 1, "at-end"),
        best(task),
        values.flag("training.group-by-length"),
        earlyStopping());
  }

  private @Nullable EarlyStopping earlyStopping() {
    String patience = "training.early-stopping.patience";
    String minDelta = "training.early-stopping.min-delta";
    double delta = values.decimal(minDelta, Range.NOT_NEGATIVE);
    if (values.has(patience)) {
      return new EarlyStopping(values.wholeInt(patience, 1), delta);
    }
    if (known.hasPath(minDelta)) {
      problems.add(minDelta, "given without patience", "early-stopping { patience = 3 }");
    }
    return null;
  }

  private int microBatch(int batch) {
    String path = "training.micro-batch";
    if (!values.has(path)) {
      return Math.min(8, batch);
    }
    int micro = values.wholeInt(path, 1);
    if (micro > batch) {
      values.wrong(path, "at most training.batch-size, which is " + batch, "");
    }
    return micro;
  }

  private Metric best(Task task) {
    String name = values.text("training.best.metric");
    List<String> metrics = TaskMetrics.of(task);
    if (name == null) {
      name = metrics.get(0);
    } else if (!metrics.contains(name)) {
      values.wrong(
          "training.best.metric",
          "one of " + String.join(", ", metrics) + " for " + Values.kebab(task.kind()),
          NearestName.hint(name, metrics));
    }
    boolean higher =
        values.has("training.best.higher-is-better")
            ? values.flag("training.best.higher-is-better")
            : !LOWER_IS_BETTER.contains(name);
    return new Metric(name, higher);
  }

  private void oneOf(String first, String second) {
    if (known.hasPath(first) && known.hasPath(second)) {
      problems.add(second, "given together with " + first, "only one of the two");
    }
  }

  private record Omega(float lr, OptimizerSettings.OmegaKind kind) {}
}
