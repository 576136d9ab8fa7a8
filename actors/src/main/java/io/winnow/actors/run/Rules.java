package io.winnow.actors.run;

import io.winnow.model.config.RunConfig;
import io.winnow.model.train.StepRules;

/** The rules of a step, from a configuration. */
public final class Rules {
  private Rules() {}

  /** The rules of a run of so many steps. */
  public static StepRules of(RunConfig config, long totalSteps) {
    return new StepRules(
        config.optimizer(),
        config.schedule().resolve(totalSteps),
        config.selection().resolve(totalSteps),
        config.method().name().movesOmega(),
        totalSteps);
  }
}
