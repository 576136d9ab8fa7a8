package io.winnow.actors.run;

import io.winnow.model.config.RunConfig;
import io.winnow.model.config.StepCount;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run ends ahead of its last step: a pure function of its configuration and of what its
 * checkpoints say, so that whoever goes on with it ends it at the same step.
 */
final class EarlyStopping {
  private EarlyStopping() {}

  /** The patience after an evaluation at this progress. */
  static @Nullable Patience after(
      RunConfig config, Progress progress, Map<String, Double> metrics) {
    if (config.training().earlyStopping() == null || !counts(config, progress)) {
      return progress.patience();
    }
    Patience before = progress.patience() == null ? Patience.FRESH : progress.patience();
    double value = metrics.get(config.training().best().name());
    return before.after(value, config.training());
  }

  /** Ahead of the final selection nothing counts: a run that ended there would prune nothing. */
  private static boolean counts(RunConfig config, Progress progress) {
    boolean selects =
        config.selection().adalora() != null
            || config.method().name().movesOmega()
                && !(config.selection().at() instanceof StepCount.Never);
    return !selects || progress.selection().isFinal();
  }

  /** Whether the patience is spent. */
  static boolean isDue(RunConfig config, Progress progress) {
    RunConfig.Training.EarlyStopping rule = config.training().earlyStopping();
    Patience patience = progress.patience();
    return rule != null && patience != null && patience.spent() >= rule.patience();
  }

  /** Why a run that {@link #isDue} ends. */
  static String reason(RunConfig config) {
    RunConfig.Training.EarlyStopping rule = config.training().earlyStopping();
    String evaluations =
        rule.patience() == 1 ? "an evaluation" : rule.patience() + " evaluations in a row";
    String by = rule.minDelta() > 0 ? " by more than " + rule.minDelta() : "";
    return evaluations + " did not improve " + config.training().best().name() + by;
  }
}
