package io.winnow.model.compute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The intermediate arrays of one operation of {@link Nd4jBackend}: closed together when it is done,
 * so that nothing waits for the garbage collector.
 */
final class Temporaries implements AutoCloseable {
  private final List<INDArray> arrays = new ArrayList<>();

  /** Takes an array over. */
  INDArray of(INDArray array) {
    arrays.add(array);
    return array;
  }

  /** The only output of an operation. */
  INDArray of(CustomOp operation) {
    return of(Nd4j.exec(operation)[0]);
  }

  /** A copy in double, row-major: what is summed over is summed in double. */
  INDArray doubles(INDArray x) {
    return of(Nd4j.createUninitialized(DataType.DOUBLE, x.shape())).assign(x);
  }

  INDArray doubles(Matrix x) {
    return doubles(Views.of(x));
  }

  /** A tensor {@code [n]} in double, as {@code [1, n]}. */
  INDArray doubles(Tensor x) {
    return doubles(Views.row(x));
  }

  /** A copy in float, row-major. */
  INDArray floats(Matrix x) {
    return of(Nd4j.createUninitialized(DataType.FLOAT, x.rows(), x.columns())).assign(Views.of(x));
  }

  INDArray zeros(long size) {
    return of(Nd4j.create(DataType.FLOAT, size));
  }

  /** Indices {@code [n]}. */
  INDArray indices(int[] values) {
    return of(Nd4j.createFromArray(values));
  }

  /** drop(x); x itself where the mask drops nothing. The mask is that of {@link CpuBackend}. */
  INDArray dropped(Matrix x, DropMask mask) {
    if (mask.dropsNothing()) {
      return Views.of(x);
    }
    try (Tensor factors = Tensor.zeros(x.rows(), x.columns())) {
      float[] row = new float[x.columns()];
      for (int r = 0; r < x.rows(); r++) {
        Arrays.fill(row, 1f);
        RowKernels.drop(row, row.length, mask, r);
        factors.matrix().write(r, row, 0);
      }
      return of(Views.of(x).mul(Views.of(factors.matrix())));
    }
  }

  @Override
  public void close() {
    for (int i = arrays.size() - 1; i >= 0; i--) {
      INDArray array = arrays.get(i);
      if (array.closeable() && !array.wasClosed()) {
        array.close();
      }
    }
    arrays.clear();
  }
}
