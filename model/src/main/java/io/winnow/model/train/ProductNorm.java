package io.winnow.model.train;

/**
 * The Frobenius norm of B A from two {@code [rank, rank]} Gram matrices, in double and in a fixed
 * order; the {@code [out, in]} product is never formed.
 *
 * <pre>
 * ||B A||_F^2 = tr((B^T B) (A A^T)) = sum over i, j of (B^T B)_ij (A A^T)_ij
 * </pre>
 */
final class ProductNorm {
  private ProductNorm() {}

  /** Of A {@code [rank, in]} and B {@code [out, rank]}. */
  static double of(HeadSize size, float[] a, float[] b) {
    int rank = size.rank();
    double sum = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        double term = columns(b, rank, i, j) * rows(a, size.in(), i, j);
        sum += i == j ? term : 2 * term;
      }
    }
    return Math.sqrt(Math.max(0, sum));
  }

  /** (A A^T)_ij. */
  private static double rows(float[] a, int in, int i, int j) {
    double sum = 0;
    for (int k = 0; k < in; k++) {
      sum += (double) a[i * in + k] * a[j * in + k];
    }
    return sum;
  }

  /** (B^T B)_ij. */
  private static double columns(float[] b, int rank, int i, int j) {
    double sum = 0;
    for (int row = 0; row < b.length; row += rank) {
      sum += (double) b[row + i] * b[row + j];
    }
    return sum;
  }
}
