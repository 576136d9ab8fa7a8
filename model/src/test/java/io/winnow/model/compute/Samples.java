package io.winnow.model.compute;

/** Test inputs by counter. */
final class Samples {
  private Samples() {}

  static float[] values(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 4f * CounterHash.uniform(key, i) - 2f;
    }
    return values;
  }

  static Tensor tensor(long key, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    tensor.set(values(key, tensor.size()));
    return tensor;
  }

  /** Values of a matrix as rows of doubles, transposed as the view says. */
  static double[][] doubles(Matrix m) {
    float[] flat = (m.transposed() ? m.t() : m).toArray();
    int width = m.transposed() ? m.rows() : m.columns();
    double[][] rows = new double[m.rows()][m.columns()];
    for (int r = 0; r < m.rows(); r++) {
      for (int c = 0; c < m.columns(); c++) {
        rows[r][c] = m.transposed() ? flat[c * width + r] : flat[r * width + c];
      }
    }
    return rows;
  }
}
