package io.winnow.model.compute;

/**
 * What decides the bits of a sweep's results: backend, kernels, BLAS threads, and which product
 * kernels OpenBLAS chose for this processor. OpenBLAS as bundled does not let Java ask for its core
 * type, so the products of fixed matrices speak for it: equal bits, equal kernels.
 */
public final class NumericsFingerprint {
  /** Row, column and inner extents that reach the wide, the narrow and the odd kernels. */
  private static final int[][] SHAPES = {
    {64, 96, 128}, {96, 8, 257}, {128, 128, 64}, {33, 17, 5}, {300, 256, 520}, {7, 769, 31}
  };

  private NumericsFingerprint() {}

  /** For example {@code cpu kernels=1 blas=openblas threads=1 products=3f7a0c51d2e4b698}. */
  public static String of(Backend backend) {
    return String.format(
        "%s kernels=%d blas=openblas threads=%d products=%016x",
        backend.name(), backend.kernels(), Blas.threads(), productBits(backend));
  }

  private static long productBits(Backend backend) {
    long bits = 0;
    for (int[] shape : SHAPES) {
      bits = productBits(bits, backend, shape);
    }
    return bits;
  }

  private static long productBits(long key, Backend backend, int[] shape) {
    int m = shape[0];
    int n = shape[1];
    int k = shape[2];
    try (Tensor a = sample(1, m, k);
        Tensor b = sample(2, n, k);
        Tensor c = Tensor.zeros(m, n)) {
      backend.product(c.matrix(), 0.7f, a.matrix(), b.matrix().t());
      backend.addProduct(a.matrix(), 0.3f, c.matrix(), b.matrix());
      backend.addProduct(b.matrix(), 0.3f, c.matrix().t(), a.matrix());
      return hash(hash(key, a.toArray()), b.toArray());
    }
  }

  private static Tensor sample(long key, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = CounterHash.uniform(key, i) - 0.5f;
    }
    return Tensor.of(values, rows, columns);
  }

  private static long hash(long key, float[] values) {
    long folded = key;
    for (float value : values) {
      folded = CounterHash.with(folded, Float.floatToRawIntBits(value));
    }
    return folded;
  }
}
