package io.winnow.model.train;

import io.winnow.model.compute.CounterHash;

/** How A is drawn: uniform in (-bound, bound) from a counter-based stream. */
public final class AdapterInit {
  private AdapterInit() {}

  /** A stream and the bound of its uniform values. */
  public record Draw(long key, float bound) {}

  /** Values [i] = bound * (2 u_i - 1), u_i uniform in [0, 1) at counter i. */
  public static float[] uniform(int size, Draw draw) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = draw.bound * (2f * CounterHash.uniform(draw.key, i) - 1f);
    }
    return values;
  }
}
