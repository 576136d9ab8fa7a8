package io.winnow.model.compute;

import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products into views. */
final class Nd4jProducts {
  private Nd4jProducts() {}

  /** c = a b. */
  static void set(INDArray c, INDArray a, INDArray b) {
    product(c, new Factors(a, b), 1f, 0f);
  }

  /** c = alpha a b + beta c; c is not read where beta is 0. */
  static void product(INDArray c, Factors factors, float alpha, float beta) {
    Nd4j.exec(new Mmul(factors.left(), factors.right(), c, alpha, beta, MMulTranspose.allFalse()));
  }

  record Factors(INDArray left, INDArray right) {}
}
