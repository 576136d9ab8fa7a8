package io.winnow.model.compute;

/** The loops of {@link CpuBackend} over one row each; plain float arrays, nothing allocated. */
final class RowKernels {
  private static final float INVERSE_SQRT_TWO_PI = 0.39894228040143268f;

  /** Four factors for each pattern of four bits; a branch at random would be mispredicted. */
  private static final float[] KEPT = new float[64];

  static {
    for (int i = 0; i < KEPT.length; i++) {
      KEPT[i] = (i >> 2) >> (i & 3) & 1;
    }
  }

  private RowKernels() {}

  static void add(float[] y, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      y[i] += x[i];
    }
  }

  static void addScaled(float[] y, float factor, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = Math.fma(factor, x[i], y[i]);
    }
  }

  static void multiply(float[] y, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      y[i] *= x[i];
    }
  }

  /** Drops in place; one hash serves four elements. */
  static void drop(float[] x, int n, DropMask mask, int row) {
    float scale = mask.scale();
    long group = (long) row * ((n + 3) >> 2);
    int i = 0;
    for (; i <= n - 4; i += 4) {
      int kept = mask.kept(group++) << 2;
      x[i] *= scale * KEPT[kept];
      x[i + 1] *= scale * KEPT[kept + 1];
      x[i + 2] *= scale * KEPT[kept + 2];
      x[i + 3] *= scale * KEPT[kept + 3];
    }
    int kept = mask.kept(group) << 2;
    for (; i < n; i++) {
      x[i] *= scale * KEPT[kept++];
    }
  }

  /** x becomes x Phi(x); Phi(x) is left in {@code cdf}. */
  static void gelu(float[] x, float[] cdf, int n) {
    for (int i = 0; i < n; i++) {
      cdf[i] = Elementary.normalCdf(x[i]);
    }
    for (int i = 0; i < n; i++) {
      x[i] *= cdf[i];
    }
  }

  /**
   * x becomes x Phi(x), and slope Phi(x) + x phi(x), with phi(x) = exp(-x^2 / 2) / sqrt(2 pi);
   * {@code cdf} is used up.
   */
  static void geluAndSlope(float[] x, float[] slope, float[] cdf, int n) {
    for (int i = 0; i < n; i++) {
      slope[i] = -0.5f * x[i] * x[i];
    }
    Elementary.exp(slope, cdf, n);
    for (int i = 0; i < n; i++) {
      cdf[i] = Elementary.normalCdf(x[i]);
    }
    for (int i = 0; i < n; i++) {
      slope[i] = Math.fma(x[i], INVERSE_SQRT_TWO_PI * slope[i], cdf[i]);
    }
    for (int i = 0; i < n; i++) {
      x[i] *= cdf[i];
    }
  }

  /** x becomes normalized; returns 1 / sqrt(variance + epsilon). */
  static float normalize(float[] x, int n, float epsilon) {
    float mean = RowSums.sum(x, 0, n) / n;
    for (int i = 0; i < n; i++) {
      x[i] -= mean;
    }
    float variance = RowSums.dot(x, x, n) / n;
    float rstd = (float) (1.0 / Math.sqrt((double) variance + epsilon));
    for (int i = 0; i < n; i++) {
      x[i] *= rstd;
    }
    return rstd;
  }

  static void scaleShift(float[] x, float[] gamma, float[] beta, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.fma(x[i], gamma[i], beta[i]);
    }
  }

  /** e becomes rstd (e - mean(e) - x mean(e x)). */
  static void normGradient(float[] e, float[] x, int n, float rstd) {
    float mean = RowSums.sum(e, 0, n) / n;
    float slope = RowSums.dot(e, x, n) / n;
    for (int i = 0; i < n; i++) {
      e[i] = rstd * (e[i] - mean - x[i] * slope);
    }
  }

  /** Softmax of each row of a tile; exp runs over the whole of it, as short loops cost more. */
  static void softmax(float[] x, float[] scratch, int rows, int n) {
    for (int r = 0; r < rows; r++) {
      float max = RowSums.max(x, r * n, n);
      for (int i = r * n; i < r * n + n; i++) {
        x[i] -= max;
      }
    }
    Elementary.exp(x, scratch, rows * n);
    for (int r = 0; r < rows; r++) {
      float inverse = 1f / RowSums.sum(x, r * n, n);
      for (int i = r * n; i < r * n + n; i++) {
        x[i] *= inverse;
      }
    }
  }

  static void softmaxGradient(float[] dp, float[] p, int n) {
    float dot = RowSums.dot(dp, p, n);
    for (int i = 0; i < n; i++) {
      dp[i] = p[i] * (dp[i] - dot);
    }
  }

  static void columnSums(double[] into, float[] x, int n) {
    for (int i = 0; i < n; i++) {
      into[i] += x[i];
    }
  }

  static void columnDots(double[] into, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      into[i] += (double) x[i] * y[i];
    }
  }
}
