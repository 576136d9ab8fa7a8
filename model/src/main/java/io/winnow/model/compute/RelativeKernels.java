package io.winnow.model.compute;

/** The relative-position terms of one example; tiles are row-major float arrays. */
final class RelativeKernels {
  private RelativeKernels() {}

  /** s[i, j] += c[i, col(i - j)]. */
  static void addByRow(float[] s, float[] c, RelativeIndex index) {
    int length = index.length();
    int range = index.range();
    int[] column = index.column();
    for (int i = 0; i < length; i++) {
      int at = i * length;
      int from = i * range;
      int distance = i + length - 1;
      for (int j = 0; j < length; j++) {
        s[at + j] += c[from + column[distance - j]];
      }
    }
  }

  /** s[i, j] += p[j, col(i - j)]. */
  static void addByColumn(float[] s, float[] p, RelativeIndex index) {
    int length = index.length();
    int range = index.range();
    int[] column = index.column();
    for (int i = 0; i < length; i++) {
      int at = i * length;
      int distance = i + length - 1;
      for (int j = 0; j < length; j++) {
        s[at + j] += p[j * range + column[distance - j]];
      }
    }
  }

  /** dc[i, col(i - j)] += ds[i, j]. */
  static void scatterByRow(float[] ds, float[] dc, RelativeIndex index) {
    int length = index.length();
    int range = index.range();
    int[] column = index.column();
    for (int i = 0; i < length; i++) {
      int at = i * length;
      int to = i * range;
      int distance = i + length - 1;
      for (int j = 0; j < length; j++) {
        dc[to + column[distance - j]] += ds[at + j];
      }
    }
  }

  /** dp[j, col(i - j)] += ds[i, j]. */
  static void scatterByColumn(float[] ds, float[] dp, RelativeIndex index) {
    int length = index.length();
    int range = index.range();
    int[] column = index.column();
    for (int i = 0; i < length; i++) {
      int at = i * length;
      int distance = i + length - 1;
      for (int j = 0; j < length; j++) {
        dp[j * range + column[distance - j]] += ds[at + j];
      }
    }
  }
}
