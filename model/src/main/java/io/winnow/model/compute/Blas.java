package io.winnow.model.compute;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_get_num_threads;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Products through OpenBLAS with one BLAS thread; one instance per compute thread. */
final class Blas {
  private final Cursor a = new Cursor();
  private final Cursor b = new Cursor();
  private final Cursor c = new Cursor();

  Blas() {
    OneThread.ensure();
  }

  /** C = alpha A B + beta C. */
  void gemm(Matrix to, Factors factors, float alpha, float beta) {
    Matrix left = factors.left();
    Matrix right = factors.right();
    cblas_sgemm(
        CblasRowMajor,
        left.transposed() ? CblasTrans : CblasNoTrans,
        right.transposed() ? CblasTrans : CblasNoTrans,
        to.rows(),
        to.columns(),
        left.columns(),
        alpha,
        a.at(left),
        left.stride(),
        b.at(right),
        right.stride(),
        beta,
        c.at(to),
        to.stride());
  }

  record Factors(Matrix left, Matrix right) {}

  static int threads() {
    OneThread.ensure();
    return blas_get_num_threads();
  }

  /** A pointer that is set to an address without allocating one for each call. */
  private static final class Cursor extends FloatPointer {
    Cursor() {
      super((Pointer) null);
    }

    Cursor at(Matrix matrix) {
      address = matrix.data().address() + (long) matrix.offset() * Float.BYTES;
      return this;
    }
  }

  /**
   * One thread for all of OpenBLAS. Set before the first product it does not take effect, so a
   * product comes first; class initialisation makes it once per JVM.
   */
  private static final class OneThread {
    static {
      int n = 128;
      try (Tensor x = Tensor.zeros(n, n);
          Tensor y = Tensor.zeros(n, n)) {
        var from = new Cursor().at(x.matrix());
        var to = new Cursor().at(y.matrix());
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1f, from, n, from, n, 0f, to, n);
      }
      blas_set_num_threads(1);
    }

    static void ensure() {
      // reaching this method has initialised the class
    }
  }
}
