package io.winnow.model.train;

/** Learning-rate schedule: a kind and the number of warm-up steps. */
public record ScheduleSettings(Kind kind, long warmupSteps) {
  /** Shapes as in transformers' get_scheduler. */
  public enum Kind {
    LINEAR,
    COSINE,
    CONSTANT
  }
}
