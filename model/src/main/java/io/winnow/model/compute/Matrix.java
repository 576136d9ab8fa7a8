package io.winnow.model.compute;

/**
 * A rectangle of a tensor: element (r, c) lies at {@code offset + r * stride + c}, or with r and c
 * exchanged where {@code transposed}. A view owns nothing and is valid as long as its tensor is.
 */
public record Matrix(
    Tensor data, int offset, int rows, int columns, int stride, boolean transposed) {

  /** The first rows x columns values of a tensor. */
  public static Matrix of(Tensor data, int rows, int columns) {
    if ((long) rows * columns > data.size()) {
      throw new IllegalStateException(
          "a tensor of " + data.size() + " values is no " + rows + " x " + columns + " matrix");
    }
    return new Matrix(data, 0, rows, columns, columns, false);
  }

  /** The rows from {@code from} on. */
  public Matrix rows(int from, int count) {
    return new Matrix(data, offset + from * stride, count, columns, stride, transposed);
  }

  /** The columns from {@code from} on. */
  public Matrix columns(int from, int count) {
    return new Matrix(data, offset + from, rows, count, stride, transposed);
  }

  /** Every {@code step}-th row, beginning with the first. */
  public Matrix everyRow(int step) {
    return new Matrix(data, offset, rows / step, columns, stride * step, transposed);
  }

  /** The transpose, for products. */
  public Matrix t() {
    return new Matrix(data, offset, columns, rows, stride, !transposed);
  }

  /** A copy of the values, row by row. */
  public float[] toArray() {
    float[] copy = new float[rows * columns];
    readAll(copy);
    return copy;
  }

  /** Replaces the values, row by row. */
  public void set(float[] source) {
    if (stride == columns) {
      data.writable().put(offset, source, 0, rows * columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      write(r, source, r * columns);
    }
  }

  /** Copies the values, row by row, to the beginning of an array. */
  void readAll(float[] into) {
    if (stride == columns) {
      data.values().get(offset, into, 0, rows * columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      read(r, into, r * columns);
    }
  }

  void read(int row, float[] into, int at) {
    data.values().get(offset + row * stride, into, at, columns);
  }

  void write(int row, float[] from, int at) {
    data.writable().put(offset + row * stride, from, at, columns);
  }

  @Override
  public String toString() {
    return "[" + rows + ", " + columns + "]" + (transposed ? "^T" : "");
  }
}
