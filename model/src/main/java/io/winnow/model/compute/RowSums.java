package io.winnow.model.compute;

/**
 * Sums over rows in one fixed order: lane i of 8 adds elements i, i + 8, ...; then the lanes are
 * added as a tree. It is the order of a 256-bit vector, so a vector form gives the same bits.
 */
final class RowSums {
  private RowSums() {}

  static float sum(float[] x, int from, int n) {
    float s0 = 0f, s1 = 0f, s2 = 0f, s3 = 0f, s4 = 0f, s5 = 0f, s6 = 0f, s7 = 0f;
    int end = from + n;
    int i = from;
    for (; i <= end - 8; i += 8) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
      s4 += x[i + 4];
      s5 += x[i + 5];
      s6 += x[i + 6];
      s7 += x[i + 7];
    }
    int rest = end - i;
    s0 += rest > 0 ? x[i] : 0f;
    s1 += rest > 1 ? x[i + 1] : 0f;
    s2 += rest > 2 ? x[i + 2] : 0f;
    s3 += rest > 3 ? x[i + 3] : 0f;
    s4 += rest > 4 ? x[i + 4] : 0f;
    s5 += rest > 5 ? x[i + 5] : 0f;
    s6 += rest > 6 ? x[i + 6] : 0f;
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }

  static float dot(float[] x, float[] y, int n) {
    float s0 = 0f, s1 = 0f, s2 = 0f, s3 = 0f, s4 = 0f, s5 = 0f, s6 = 0f, s7 = 0f;
    int i = 0;
    for (; i <= n - 8; i += 8) {
      s0 = Math.fma(x[i], y[i], s0);
      s1 = Math.fma(x[i + 1], y[i + 1], s1);
      s2 = Math.fma(x[i + 2], y[i + 2], s2);
      s3 = Math.fma(x[i + 3], y[i + 3], s3);
      s4 = Math.fma(x[i + 4], y[i + 4], s4);
      s5 = Math.fma(x[i + 5], y[i + 5], s5);
      s6 = Math.fma(x[i + 6], y[i + 6], s6);
      s7 = Math.fma(x[i + 7], y[i + 7], s7);
    }
    int rest = n - i;
    s0 = rest > 0 ? Math.fma(x[i], y[i], s0) : s0;
    s1 = rest > 1 ? Math.fma(x[i + 1], y[i + 1], s1) : s1;
    s2 = rest > 2 ? Math.fma(x[i + 2], y[i + 2], s2) : s2;
    s3 = rest > 3 ? Math.fma(x[i + 3], y[i + 3], s3) : s3;
    s4 = rest > 4 ? Math.fma(x[i + 4], y[i + 4], s4) : s4;
    s5 = rest > 5 ? Math.fma(x[i + 5], y[i + 5], s5) : s5;
    s6 = rest > 6 ? Math.fma(x[i + 6], y[i + 6], s6) : s6;
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }

  /** The largest; a NaN may be passed over, it makes the row's softmax NaN all the same. */
  static float max(float[] x, int from, int n) {
    float m0 = x[from], m1 = m0, m2 = m0, m3 = m0;
    int end = from + n;
    int i = from;
    for (; i <= end - 4; i += 4) {
      m0 = x[i] > m0 ? x[i] : m0;
      m1 = x[i + 1] > m1 ? x[i + 1] : m1;
      m2 = x[i + 2] > m2 ? x[i + 2] : m2;
      m3 = x[i + 3] > m3 ? x[i + 3] : m3;
    }
    for (; i < end; i++) {
      m0 = x[i] > m0 ? x[i] : m0;
    }
    m0 = m1 > m0 ? m1 : m0;
    m2 = m3 > m2 ? m3 : m2;
    return m2 > m0 ? m2 : m0;
  }
}
