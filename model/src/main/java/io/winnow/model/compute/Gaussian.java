package io.winnow.model.compute;

/** Normal deviates by counter: Box-Muller in StrictMath, the same everywhere. */
public final class Gaussian {
  private Gaussian() {}

  /** n draws from N(0, deviation). */
  public static float[] sample(long key, int n, float deviation) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      double radius = 1.0 - CounterHash.uniform(key, 2L * i); // in (0, 1]
      double angle = 2 * Math.PI * CounterHash.uniform(key, 2L * i + 1);
      double normal = StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(angle);
      values[i] = (float) (deviation * normal);
    }
    return values;
  }
}
