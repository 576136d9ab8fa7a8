package io.winnow.model.compute;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J arrays over memory that something else owns: nothing is copied, what is written through them
 * is written there. They are never closed, and only native operations may work on them: ND4J's
 * access to single elements from Java does not reach all of a view with gaps.
 */
final class Views {
  private Views() {}

  /** The matrix {@code [rows, columns]}, transposed as it says. */
  static INDArray of(Matrix m) {
    long[] shape = {m.rows(), m.columns()};
    long[] strides = m.transposed() ? new long[] {1, m.stride()} : new long[] {m.stride(), 1};
    return of(m.data(), m.offset(), shape, strides);
  }

  /** All values of a tensor, {@code [1, size]}. */
  static INDArray row(Tensor tensor) {
    return of(Matrix.of(tensor, 1, tensor.size()));
  }

  /** A plain matrix of {@code parts} examples as {@code [parts, rows / parts, columns]}. */
  static INDArray parts(Matrix m, int parts) {
    int rows = m.rows() / parts;
    long[] shape = {parts, rows, m.columns()};
    return of(m.data(), m.offset(), shape, new long[] {(long) rows * m.stride(), m.stride(), 1});
  }

  /** Half of each head of a plain matrix, {@code [rows, columns / width, width / 2]}. */
  static INDArray halves(Matrix m, int width, int from) {
    long[] shape = {m.rows(), m.columns() / width, width / 2};
    return of(m.data(), m.offset() + from, shape, new long[] {m.stride(), width, 1});
  }

  private static INDArray of(Tensor tensor, int offset, long[] shape, long[] strides) {
    return strided(tensor.array(), offset, shape, strides);
  }

  /** Any strided view of an array's memory, which must be float32. */
  static INDArray strided(INDArray base, long offset, long[] shape, long[] strides) {
    return Nd4j.create(base.data(), shape, strides, offset, 'c', DataType.FLOAT);
  }
}
