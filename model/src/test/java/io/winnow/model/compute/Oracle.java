package io.winnow.model.compute;

import java.util.function.ToDoubleFunction;

/** The operations of {@link Backend} as their formulas, naively and in double. */
final class Oracle {
  private Oracle() {}

  static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  /** Phi by its power series, or its continued fraction in the tails. */
  static double normalCdf(double x) {
    if (Math.abs(x) > 6) {
      double fraction = 0;
      double t = Math.abs(x);
      for (int k = 60; k > 0; k--) {
        fraction = k / (t + fraction);
      }
      double tail = normalDensity(t) / (t + fraction);
      return x > 0 ? 1 - tail : tail;
    }
    double term = x;
    double sum = x;
    for (int k = 1; k < 200; k++) {
      term *= x * x / (2 * k + 1);
      sum += term;
    }
    return 0.5 + normalDensity(x) * sum;
  }

  static double normalDensity(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /** x / sqrt(mean(x^2) + epsilon). */
  static double[] normalizeRms(double[] x, double epsilon) {
    double square = 0;
    for (double v : x) {
      square += v * v / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] / Math.sqrt(square + epsilon);
    }
    return y;
  }

  static double activation(Activation f, double x) {
    return switch (f) {
      case GELU -> x * normalCdf(x);
      case GELU_TANH ->
          x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
      case SILU -> x / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
      case RELU -> Math.max(x, 0);
    };
  }

  /** -ln softmax(z)[label]. */
  static double crossEntropy(double[] z, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : z) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (double v : z) {
      sum += Math.exp(v - max);
    }
    return Math.log(sum) + max - z[label];
  }

  /** Of the values that are kept; 0 for the others, and for all where none is. */
  static double[] softmax(double[] x, boolean[] kept) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < x.length; i++) {
      max = kept[i] ? Math.max(max, x[i]) : max;
    }
    double[] p = new double[x.length];
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      p[i] = kept[i] ? Math.exp(x[i] - max) : 0;
      sum += p[i];
    }
    for (int i = 0; i < x.length; i++) {
      p[i] /= sum == 0 ? 1 : sum;
    }
    return p;
  }

  static double[] normalize(double[] x, double epsilon) {
    double mean = 0;
    for (double v : x) {
      mean += v / x.length;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon);
    }
    return y;
  }

  /** The gradient of f at x by central differences. */
  static double[] gradient(ToDoubleFunction<double[]> f, double[] x) {
    double step = 1e-5;
    double[] gradient = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double kept = x[i];
      x[i] = kept + step;
      double above = f.applyAsDouble(x);
      x[i] = kept - step;
      gradient[i] = (above - f.applyAsDouble(x)) / (2 * step);
      x[i] = kept;
    }
    return gradient;
  }
}
