package io.winnow.model.train;

import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;

/** A fully trained base parameter with its moments; arrays are published, never written again. */
public record TensorTraining(TensorSpec spec, float[] values, Moments moments) {
  /** What sweeps compute with. */
  public TensorState published() {
    return new TensorState(spec.name(), values);
  }

  TensorTraining updated(float[] gradient, AdamW adamW, AdamW.Rate rate) {
    AdamW.Rate own = spec.decays() ? rate : new AdamW.Rate(rate.lr(), 0f);
    AdamW.Updated after = adamW.update(values, gradient, moments, own);
    return new TensorTraining(spec, after.values(), after.moments());
  }
}
