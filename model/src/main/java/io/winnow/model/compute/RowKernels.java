package io.winnow.model.compute;

/** The loops of {@link CpuBackend} over one row each; plain float arrays, nothing allocated. */
final class RowKernels {
  private static final float INVERSE_SQRT_TWO_PI = 0.39894228040143268f;

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
    long key = mask.key();
    int threshold = mask.threshold();
    float scale = mask.scale();
    long group = (long) row * ((n + 3) >> 2);
    int i = 0;
    for (; i <= n - 4; i += 4) {
      long bits = CounterHash.bits(key, group++);
      x[i] = keep(x[i] * scale, (int) bits & 0xffff, threshold);
      x[i + 1] = keep(x[i + 1] * scale, (int) (bits >>> 16) & 0xffff, threshold);
      x[i + 2] = keep(x[i + 2] * scale, (int) (bits >>> 32) & 0xffff, threshold);
      x[i + 3] = keep(x[i + 3] * scale, (int) (bits >>> 48), threshold);
    }
    if (i < n) {
      long bits = CounterHash.bits(key, group);
      for (; i < n; i++, bits >>>= 16) {
        x[i] = keep(x[i] * scale, (int) bits & 0xffff, threshold);
      }
    }
  }

  /** Without a branch, which at random would be mispredicted: the sign of the difference masks. */
  private static float keep(float value, int level, int threshold) {
    int kept = ~((level - threshold) >> 31);
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) & kept);
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

  /** slope = Phi(x) + x phi(x), phi(x) = exp(-x^2 / 2) / sqrt(2 pi); {@code scratch} is used up. */
  static void geluSlope(float[] slope, float[] x, float[] scratch, int n) {
    for (int i = 0; i < n; i++) {
      slope[i] = -0.5f * x[i] * x[i];
    }
    Elementary.exp(slope, scratch, n);
    for (int i = 0; i < n; i++) {
      float density = INVERSE_SQRT_TWO_PI * slope[i];
      slope[i] = Math.fma(x[i], density, Elementary.normalCdf(x[i]));
    }
  }

  /** x becomes normalized; returns 1 / sqrt(variance + epsilon). */
  static float normalize(float[] x, int n, float epsilon) {
    float mean = RowSums.sum(x, n) / n;
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

  /** x becomes x gamma + beta; {@code affine} holds gamma, then beta. */
  static void scaleShift(float[] x, float[] affine, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.fma(x[i], affine[i], affine[n + i]);
    }
  }

  /** e becomes rstd (e - mean(e) - x mean(e x)). */
  static void normGradient(float[] e, float[] x, int n, float rstd) {
    float mean = RowSums.sum(e, n) / n;
    float slope = RowSums.dot(e, x, n) / n;
    for (int i = 0; i < n; i++) {
      e[i] = rstd * (e[i] - mean - x[i] * slope);
    }
  }

  static void softmax(float[] x, float[] scratch, int n) {
    float max = RowSums.max(x, n);
    for (int i = 0; i < n; i++) {
      x[i] -= max;
    }
    Elementary.exp(x, scratch, n);
    float inverse = 1f / RowSums.sum(x, n);
    for (int i = 0; i < n; i++) {
      x[i] *= inverse;
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
