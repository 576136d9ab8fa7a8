package io.winnow.model.train;

/** Adam's first and second moments of one parameter and its own step count; never written again. */
public record Moments(float[] m, float[] v, long steps) {
  /** Moments of a parameter that was never updated. */
  public static Moments zero(int size) {
    return new Moments(new float[size], new float[size], 0);
  }

  /** Bytes held. */
  public long bytes() {
    return 4L * (m.length + v.length);
  }
}
