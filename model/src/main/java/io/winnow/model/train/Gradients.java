package io.winnow.model.train;

/** What clipping needs of a gradient. */
final class Gradients {
  private Gradients() {}

  /** Sum of squares in double, in the order of the values. */
  static double sumOfSquares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  /** {@code g} times the clip factor; {@code g} itself at 1. */
  static float[] clipped(float[] g, float clip) {
    if (clip == 1f) {
      return g;
    }
    float[] scaled = new float[g.length];
    for (int i = 0; i < g.length; i++) {
      scaled[i] = g[i] * clip;
    }
    return scaled;
  }
}
