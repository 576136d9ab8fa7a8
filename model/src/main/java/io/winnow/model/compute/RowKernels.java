package io.winnow.model.compute;

/** The loops of {@link CpuBackend} over one row each; plain float arrays, nothing allocated. */
final class RowKernels {
  private static final float INVERSE_SQRT_TWO_PI = 0.39894228040143268f;

  private static final float SQRT_TWO_OVER_PI = 0.79788456080286536f;
  private static final float GELU_CUBIC = 0.044715f;

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

  static void negate(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = -x[i];
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

  /** x becomes f(x); {@code scratch} is used up. */
  static void activate(Activation f, float[] x, float[] scratch, int n) {
    switch (f) {
      case GELU -> gelu(x, scratch, n);
      case GELU_TANH -> {
        for (int i = 0; i < n; i++) {
          x[i] *= geluGate(x[i]);
        }
      }
      case SILU -> {
        for (int i = 0; i < n; i++) {
          x[i] *= Elementary.sigmoid(x[i]);
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          x[i] = Elementary.tanh(x[i]);
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] > 0f ? x[i] : 0f * x[i]; // keeps a NaN
        }
      }
    }
  }

  /** x becomes f(x), and slope f'(x); {@code scratch} is used up. */
  static void activateAndSlope(Activation f, float[] x, float[] slope, float[] scratch, int n) {
    switch (f) {
      case GELU -> geluAndSlope(x, slope, scratch, n);
      case GELU_TANH -> {
        for (int i = 0; i < n; i++) {
          float gate = geluGate(x[i]); // (1 + tanh(u)) / 2
          float inner = Math.fma(3f * GELU_CUBIC * x[i], x[i], 1f) * SQRT_TWO_OVER_PI; // du/dx
          slope[i] = Math.fma(2f * x[i] * gate * (1f - gate), inner, gate);
          x[i] *= gate;
        }
      }
      case SILU -> {
        for (int i = 0; i < n; i++) {
          float gate = Elementary.sigmoid(x[i]);
          slope[i] = gate * Math.fma(x[i], 1f - gate, 1f);
          x[i] *= gate;
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          x[i] = Elementary.tanh(x[i]);
          slope[i] = Math.fma(-x[i], x[i], 1f);
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          slope[i] = x[i] > 0f ? 1f : 0f;
          x[i] *= x[i] > 0f ? 1f : 0f;
        }
      }
    }
  }

  private static float geluGate(float x) {
    float u = SQRT_TWO_OVER_PI * Math.fma(GELU_CUBIC * x * x, x, x);
    return Elementary.sigmoid(2f * u); // (1 + tanh(u)) / 2
  }

  /** x becomes x / rms(x); returns 1 / sqrt(mean(x^2) + epsilon). */
  static float normalizeRms(float[] x, int n, float epsilon) {
    float square = RowSums.dot(x, x, n) / n;
    float rstd = (float) (1.0 / Math.sqrt((double) square + epsilon));
    for (int i = 0; i < n; i++) {
      x[i] *= rstd;
    }
    return rstd;
  }

  /** e becomes rstd (e - x mean(e x)). */
  static void rmsGradient(float[] e, float[] x, int n, float rstd) {
    float slope = RowSums.dot(e, x, n) / n;
    for (int i = 0; i < n; i++) {
      e[i] = rstd * Math.fma(-x[i], slope, e[i]);
    }
  }

  /**
   * Turns the head of {@code 2 * half} values at {@code at}: (a, b) becomes (a c - b s, b c + a s).
   */
  static void rotate(float[] x, int at, float[] cos, float[] sin, int half) {
    for (int i = 0; i < half; i++) {
      float a = x[at + i];
      float b = x[at + half + i];
      x[at + i] = Math.fma(a, cos[i], -(b * sin[i]));
      x[at + half + i] = Math.fma(b, cos[i], a * sin[i]);
    }
  }

  /**
   * -ln softmax(z)[label], z becomes factor (softmax(z) - onehot(label)); {@code scratch} is used
   * up.
   */
  static double crossEntropy(float[] z, float[] scratch, int n, int label, float factor) {
    float max = RowSums.max(z, 0, n);
    for (int i = 0; i < n; i++) {
      z[i] -= max;
    }
    double target = z[label];
    Elementary.exp(z, scratch, n);
    double total = 0;
    for (int i = 0; i < n; i++) {
      total += z[i];
    }
    float inverse = (float) (factor / total);
    for (int i = 0; i < n; i++) {
      z[i] *= inverse;
    }
    z[label] -= factor;
    return StrictMath.log(total) - target;
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
