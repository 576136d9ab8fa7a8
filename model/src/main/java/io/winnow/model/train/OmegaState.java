package io.winnow.model.train;

/** A head's omega and, where omega moves by AdamW, its moments and step count. */
public record OmegaState(float value, float m, float v, long steps) {
  /** Omega before its first update. */
  public static OmegaState initial(float value) {
    return new OmegaState(value, 0f, 0f, 0);
  }

  /** The same optimizer state with another value. */
  public OmegaState withValue(float newValue) {
    return new OmegaState(newValue, m, v, steps);
  }
}
