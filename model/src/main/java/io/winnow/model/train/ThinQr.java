package io.winnow.model.train;

/**
 * The reduced QR decomposition M = Q R of a matrix {@code [rows, columns]}, rows >= columns, by
 * Householder reflections in double and in a fixed order. Q {@code [rows, columns]} has orthonormal
 * columns whatever the rank of M, also where M is zero. Signs are LAPACK's.
 */
final class ThinQr {
  private final int rows;
  private final int columns;
  private final double[] reflected; // above the diagonal R, from it down the reflections' vectors
  private final double[] beta;
  private final double[] diagonal;

  private ThinQr(double[] matrix, int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.reflected = matrix;
    this.beta = new double[columns];
    this.diagonal = new double[columns];
  }

  /** Of a row-major matrix, which is not written. */
  static ThinQr of(double[] matrix, int rows, int columns) {
    if (rows < columns || matrix.length != rows * columns) {
      throw new IllegalStateException(
          "no thin QR of [" + rows + ", " + columns + "] with " + matrix.length + " values");
    }
    ThinQr qr = new ThinQr(matrix.clone(), rows, columns);
    for (int k = 0; k < columns; k++) {
      qr.reflect(k);
    }
    return qr;
  }

  /** H_k = I - beta v v^T maps column k below the diagonal to zero. */
  private void reflect(int k) {
    double norm = norm(k);
    double head = at(k, k);
    diagonal[k] = head > 0 ? -norm : norm;
    if (norm == 0) {
      return; // beta = 0: the identity
    }
    double first = head - diagonal[k];
    beta[k] = -first / diagonal[k];
    for (int i = k + 1; i < rows; i++) {
      reflected[i * columns + k] /= first;
    }
    reflected[k * columns + k] = 1;
    for (int j = k + 1; j < columns; j++) {
      apply(k, reflected, columns, j);
    }
  }

  /** Norm of column k from the diagonal down, scaled so that nothing over- or underflows. */
  private double norm(int k) {
    double largest = 0;
    for (int i = k; i < rows; i++) {
      largest = Math.max(largest, Math.abs(at(i, k)));
    }
    double sum = 0;
    for (int i = k; i < rows && largest > 0; i++) {
      double scaled = at(i, k) / largest;
      sum += scaled * scaled;
    }
    return largest * Math.sqrt(sum);
  }

  private double at(int i, int k) {
    return reflected[i * columns + k];
  }

  /** Applies H_k to column j of a row-major matrix of {@code width} columns. */
  private void apply(int k, double[] matrix, int width, int j) {
    double dot = 0;
    for (int i = k; i < rows; i++) {
      dot += at(i, k) * matrix[i * width + j];
    }
    double factor = beta[k] * dot;
    for (int i = k; i < rows && factor != 0; i++) {
      matrix[i * width + j] -= factor * at(i, k);
    }
  }

  /** Q, {@code [rows, columns]} row-major. */
  double[] q() {
    double[] q = new double[rows * columns];
    for (int j = 0; j < columns; j++) {
      q[j * columns + j] = 1;
      for (int k = columns - 1; k >= 0; k--) {
        apply(k, q, columns, j);
      }
    }
    return q;
  }

  /** R, {@code [columns, columns]} row-major, zero below the diagonal. */
  double[] r() {
    double[] r = new double[columns * columns];
    for (int i = 0; i < columns; i++) {
      r[i * columns + i] = diagonal[i];
      for (int j = i + 1; j < columns; j++) {
        r[i * columns + j] = at(i, j);
      }
    }
    return r;
  }
}
