package io.winnow.model.compute;

/** Counts the matrix products of one backend; owned by its compute thread. */
public final class ProductCounter {
  private long products;
  private long operations;

  /** One more product, C from A B; fails where the shapes do not fit. */
  void count(Matrix c, Matrix a, Matrix b) {
    if (c.transposed()
        || a.rows() != c.rows()
        || b.columns() != c.columns()
        || a.columns() != b.rows()) {
      throw new IllegalStateException("no product: " + c + " = " + a + " x " + b);
    }
    products++;
    operations += 2L * c.rows() * c.columns() * a.columns();
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
