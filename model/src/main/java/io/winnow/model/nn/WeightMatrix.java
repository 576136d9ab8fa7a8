package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Bf16Tensor;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.function.ObjIntConsumer;

/**
 * What layers compute with a matrix W {@code [out, in]} of the base, however it is stored. Where
 * that is bfloat16, blocks of rows are widened one after the other into memory that all layers of a
 * network share. A matrix of one block gives the same bits as its widened copy in float32 would;
 * the products of a larger one may be rounded differently, as they are summed by blocks.
 */
final class WeightMatrix {
  /** Values widened at a time: 16 MiB. */
  static final int BLOCK = 1 << 22;

  /** Blocks begin at multiples of this row, so that products' inner tiles are whole. */
  private static final int ALIGNED = 64;

  private final Backend backend;
  private final Buffer widened;
  private final Parameter parameter;

  WeightMatrix(Compute compute, Parameter parameter) {
    this.backend = compute.backend();
    this.widened = compute.widened();
    this.parameter = parameter;
  }

  /** y = x W^T. */
  void setForward(Matrix x, Matrix y) {
    forEachBlock((w, row) -> backend.product(y.columns(row, w.rows()), 1f, x, w.t()));
  }

  /** y += x W^T. */
  void addForward(Matrix x, Matrix y) {
    forEachBlock((w, row) -> backend.addProduct(y.columns(row, w.rows()), 1f, x, w.t()));
  }

  /** dx = g W. */
  void setBackward(Matrix g, Matrix dx) {
    forEachBlock(
        (w, row) -> {
          Matrix part = g.columns(row, w.rows());
          if (row == 0) {
            backend.product(dx, 1f, part, w);
          } else {
            backend.addProduct(dx, 1f, part, w);
          }
        });
  }

  /** dx += g W. */
  void addBackward(Matrix g, Matrix dx) {
    forEachBlock((w, row) -> backend.addProduct(dx, 1f, g.columns(row, w.rows()), w));
  }

  /** Hands over W's rows, in one piece where nothing is to be widened, with their first number. */
  private void forEachBlock(ObjIntConsumer<Matrix> use) {
    Bf16Tensor narrow = parameter.narrow();
    if (narrow == null) {
      use.accept(parameter.values().matrix(), 0);
      return;
    }
    int out = parameter.shape()[0];
    int in = parameter.shape()[1];
    int rows = Math.max(ALIGNED, BLOCK / in / ALIGNED * ALIGNED);
    for (int from = 0; from < out; from += rows) {
      Matrix block = widened.matrix(Math.min(rows, out - from), in);
      backend.widen(block, narrow, from);
      use.accept(block, from);
    }
  }
}
