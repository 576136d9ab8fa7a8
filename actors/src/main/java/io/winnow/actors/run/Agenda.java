package io.winnow.actors.run;

import io.winnow.model.train.Decide;

/** What is due at which version: functions of the run's plan, its settings and where it stands. */
record Agenda(RunPlan plan) {
  boolean isOver(Progress progress) {
    return isAtLastStep(progress) || EarlyStopping.isDue(plan.config(), progress);
  }

  /** Why a run that is over ended ahead of its last step, or empty. */
  String whyEarly(Progress progress) {
    return isAtLastStep(progress) ? "" : EarlyStopping.reason(plan.config());
  }

  private boolean isAtLastStep(Progress progress) {
    return progress.version() >= plan.totalSteps();
  }

  /** Whether this version must be evaluated and is not. */
  boolean owesEvaluation(Progress progress, Steering steering) {
    long version = progress.version();
    boolean due = version > 0 && (isEvaluatedAfter(version, steering) || isOver(progress));
    return plan.validation() != null && due && progress.evaluated() < version;
  }

  private boolean isEvaluatedAfter(long step, Steering then) {
    return plan.validation() != null && step % then.evaluateEvery() == 0;
  }

  /** A step after which something is due, or heads may go, lets none be opened ahead of that. */
  OpenStep.Ahead ahead(long step, Steering then, Progress progress) {
    boolean isFree =
        step < plan.totalSteps()
            && !isEvaluatedAfter(step, then)
            && !Decide.mayReshape(then.rules(), progress.selection(), step);
    return isFree ? OpenStep.Ahead.FREE : OpenStep.Ahead.CLOSED;
  }
}
