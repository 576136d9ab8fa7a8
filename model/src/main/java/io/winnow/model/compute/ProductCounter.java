package io.winnow.model.compute;

/** Counts the matrix products of one backend; owned by its compute thread. */
public final class ProductCounter {
  private long products;
  private long operations;

  void count(int m, int n, int k) {
    products++;
    operations += 2L * m * n * k;
  }

  /** Number of products since the backend was made. */
  public long products() {
    return products;
  }

  /** Their floating-point operations, 2 m n k each. */
  public long operations() {
    return operations;
  }
}
