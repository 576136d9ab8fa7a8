package io.winnow.model.compute;

/**
 * exp and erf in float by fixed polynomials: the interpreter, the compilers and every JDK give the
 * same bits, which the methods of {@link Math} do not promise. Only IEEE operations and explicit
 * fused multiply-adds, in one order, so that a vector form can give the same bits too.
 */
public final class Elementary {
  /** 1.5 * 2^23: adding it rounds to an integer, which then lies in the low bits. */
  private static final float ROUND = 12582912f;

  private static final float LOG2_E = 1.44269504088896341f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float EXP_LOWEST = -87.33654f;
  private static final float EXP_HIGHEST = 88.37626f;
  private static final float SQRT_HALF = 0.70710678118654752f;

  private Elementary() {}

  /** e^x, within 2 units in the last place; clamped to the range of normal numbers. */
  public static float exp(float x) {
    float v = clamped(x);
    float shifted = shifted(v);
    return mantissa(v, shifted) * power(shifted);
  }

  /**
   * x becomes e^x, with the bits of {@link #exp(float)}. Two loops, because the compilers make
   * vector code of the first only while it is free of the second's bit operations.
   */
  static void exp(float[] x, float[] shifted, int n) {
    for (int i = 0; i < n; i++) {
      float v = clamped(x[i]);
      float s = shifted(v);
      shifted[i] = s;
      x[i] = mantissa(v, s);
    }
    for (int i = 0; i < n; i++) {
      x[i] *= power(shifted[i]);
    }
  }

  private static float clamped(float x) {
    return Math.min(Math.max(x, EXP_LOWEST), EXP_HIGHEST);
  }

  /** v / ln 2 rounded to the integer n, plus {@link #ROUND}. */
  private static float shifted(float v) {
    return Math.fma(v, LOG2_E, ROUND);
  }

  /** e^r, where v = n ln 2 + r, |r| <= ln 2 / 2. */
  private static float mantissa(float v, float shifted) {
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_HIGH, v);
    r = Math.fma(n, -LN2_LOW, r);
    float p = 1.9875691500e-4f; // Cephes expf
    p = Math.fma(p, r, 1.3981999507e-3f);
    p = Math.fma(p, r, 8.3334519073e-3f);
    p = Math.fma(p, r, 4.1665795894e-2f);
    p = Math.fma(p, r, 1.6666665459e-1f);
    p = Math.fma(p, r, 5.0000001201e-1f);
    return Math.fma(p, r * r, r) + 1f;
  }

  /** 2^n. */
  private static float power(float shifted) {
    return Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
  }

  /** erf(x) as x P(x^2) / Q(x^2) on [-4, 4], where it reaches 1 in float. */
  public static float erf(float x) {
    float v = Math.min(Math.max(x, -4f), 4f);
    float s = v * v;
    float p = -2.72614225801306e-10f; // the coefficients of Eigen's and XLA's erf
    p = Math.fma(p, s, 2.77068142495902e-08f);
    p = Math.fma(p, s, -2.10102402082508e-06f);
    p = Math.fma(p, s, -5.69250639462346e-05f);
    p = Math.fma(p, s, -7.34990630326855e-04f);
    p = Math.fma(p, s, -2.95459980854025e-03f);
    p = Math.fma(p, s, -1.60960333262415e-02f);
    float q = -1.45660718464996e-05f;
    q = Math.fma(q, s, -2.13374055278905e-04f);
    q = Math.fma(q, s, -1.68282697438203e-03f);
    q = Math.fma(q, s, -7.37332916720468e-03f);
    q = Math.fma(q, s, -1.42647390514189e-02f);
    return v * p / q;
  }

  /** 1 / (1 + e^-x). */
  public static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /** tanh(x): a polynomial near 0, where 1 - 2 / (e^2x + 1) would lose digits. */
  public static float tanh(float x) {
    float a = Math.abs(x);
    if (a >= 0.625f) {
      float t = 1f - 2f / (exp(2f * a) + 1f);
      return x < 0f ? -t : t;
    }
    float s = x * x;
    float p = -5.70498872745e-3f; // Cephes tanhf
    p = Math.fma(p, s, 2.06390887954e-2f);
    p = Math.fma(p, s, -5.37397155531e-2f);
    p = Math.fma(p, s, 1.33314422036e-1f);
    p = Math.fma(p, s, -3.33332819422e-1f);
    return Math.fma(p * s, x, x);
  }

  /** Phi(x) = (1 + erf(x / sqrt 2)) / 2, the normal distribution function. */
  public static float normalCdf(float x) {
    return Math.fma(0.5f, erf(x * SQRT_HALF), 0.5f);
  }
}
