package io.winnow.model.train;

/**
 * The factor by which a schedule multiplies every learning rate, as transformers' get_scheduler
 * computes it. Updates are counted from 0: the first update of a run with warm-up has factor 0.
 */
public final class LearningRate {
  private LearningRate() {}

  /** Factor at update {@code update} (0-based) of {@code total}. */
  public static double factor(ScheduleSettings schedule, long update, long total) {
    long warmup = schedule.warmupSteps();
    if (update < warmup) {
      return (double) update / Math.max(1, warmup);
    }
    double span = Math.max(1, total - warmup);
    return switch (schedule.kind()) {
      case CONSTANT -> 1.0;
      case LINEAR -> Math.max(0.0, (total - update) / span);
      case COSINE -> {
        double progress = (update - warmup) / span;
        yield Math.max(0.0, 0.5 * (1.0 + StrictMath.cos(StrictMath.PI * progress)));
      }
    };
  }
}
