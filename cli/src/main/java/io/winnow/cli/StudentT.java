package io.winnow.cli;

/** Student's t distribution, as far as intervals of means need it. */
final class StudentT {
  private static final double PRECISION = 1e-13;
  private static final int MOST_TERMS = 10_000;
  private static final double TINY = 1e-300;

  private StudentT() {}

  /**
   * The t with P(|T| <= t) = {@code confidence}.
   *
   * @param confidence in (0, 1)
   * @param degrees of freedom, at least 1
   */
  static double twoSided(double confidence, int degrees) {
    if (!(confidence > 0 && confidence < 1) || degrees < 1) {
      throw new IllegalArgumentException("confidence " + confidence + ", degrees " + degrees);
    }
    double low = 0;
    double high = 1;
    while (inside(high, degrees) < confidence) {
      high *= 2;
    }
    while (high - low > PRECISION * high) {
      double middle = (low + high) / 2;
      if (middle <= low || middle >= high) {
        break;
      }
      if (inside(middle, degrees) < confidence) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** P(|T| <= t) = 1 - I_x(v/2, 1/2) with x = v / (v + t^2). */
  static double inside(double t, int degrees) {
    double a = degrees / 2.0;
    double x = degrees / (degrees + t * t);
    return t == 0 ? 0 : 1 - regularisedBeta(x, a, 0.5);
  }

  /** I_x(a, b), the smaller tail by its continued fraction. */
  private static double regularisedBeta(double x, double a, double b) {
    if (x > (a + 1) / (a + b + 2)) {
      return 1 - regularisedBeta(1 - x, b, a);
    }
    double front = StrictMath.exp(a * StrictMath.log(x) + b * StrictMath.log1p(-x) - logBeta(a, b));
    return front * fraction(x, a, b) / a;
  }

  /** 1 / (1 + d1 / (1 + d2 / ...)) by Lentz's method. */
  private static double fraction(double x, double a, double b) {
    double value = 1;
    double c = 1;
    double d = 0;
    for (int i = 0; i < MOST_TERMS; i++) {
      int m = i / 2;
      double term =
          i == 0
              ? 1
              : i % 2 == 0
                  ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                  : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / nonZero(1 + term * d);
      c = nonZero(1 + term / c);
      value *= c * d;
      if (Math.abs(1 - c * d) < 1e-16) {
        break;
      }
    }
    return value - 1;
  }

  private static double nonZero(double value) {
    return Math.abs(value) < TINY ? TINY : value;
  }

  private static double logBeta(double a, double b) {
    return logGamma(a) + logGamma(b) - logGamma(a + b);
  }

  /** log of Gamma at half-integers by Gamma(x + 1) = x Gamma(x), which is exact enough here. */
  private static double logGamma(double halfInteger) {
    boolean isWhole = halfInteger == StrictMath.rint(halfInteger);
    double sum = isWhole ? 0 : StrictMath.log(StrictMath.PI) / 2; // Gamma(1), Gamma(1/2)
    for (double x = isWhole ? 1 : 0.5; x < halfInteger - 0.25; x++) {
      sum += StrictMath.log(x);
    }
    return sum;
  }
}
