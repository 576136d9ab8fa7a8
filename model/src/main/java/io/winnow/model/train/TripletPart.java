package io.winnow.model.train;

/** P, lambda or Q of a head of AdaLoRA, with its moments and its importance. */
public record TripletPart(float[] values, Moments moments, Importance importance) {
  /** Before the first step. */
  static TripletPart initial(float[] values) {
    return new TripletPart(values, Moments.zero(values.length), Importance.zero(values.length));
  }

  /** After a decided step with this gradient, which is not clipped yet. */
  TripletPart after(StepDecision decision, float[] gradient, LayerPlan plan) {
    float[] g = Gradients.clipped(gradient, decision.clip());
    AdamW.Updated moved = new AdamW(plan.optimizer()).update(values, g, moments, decision.rate());
    Importance newImportance =
        decision.triplets().importanceMoves()
            ? importance.after(moved.values(), g, plan.tripletRule().smoothing())
            : importance;
    return new TripletPart(moved.values(), moved.moments(), newImportance);
  }

  /** The same optimizer state with other values. */
  TripletPart withValues(float[] newValues) {
    return new TripletPart(newValues, moments, importance);
  }

  /** Bytes of moments and importance. */
  long stateBytes() {
    return moments.bytes() + importance.bytes();
  }
}
