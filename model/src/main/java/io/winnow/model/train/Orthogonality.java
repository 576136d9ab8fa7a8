package io.winnow.model.train;

/**
 * What AdaLoRA adds to the loss so that P and Q stay like those of a singular value decomposition
 * (equation 4), in double and in a fixed order.
 *
 * <pre>
 * R = gamma (||P^T P - I||_F^2 + ||Q Q^T - I||_F^2)
 * dP = 4 gamma P (P^T P - I),  dQ = 4 gamma (Q Q^T - I) Q
 * </pre>
 */
public final class Orthogonality {
  private final int rank;
  private final int width;
  private final int vectorStride;
  private final int elementStride;

  private Orthogonality(int rank, int width, int vectorStride, int elementStride) {
    this.rank = rank;
    this.width = width;
    this.vectorStride = vectorStride;
    this.elementStride = elementStride;
  }

  /** Of the columns of P {@code [out, rank]}. */
  public static Orthogonality ofP(HeadSize size) {
    return new Orthogonality(size.rank(), size.out(), 1, size.rank());
  }

  /** Of the rows of Q {@code [rank, in]}. */
  public static Orthogonality ofQ(HeadSize size) {
    return new Orthogonality(size.rank(), size.in(), size.in(), 1);
  }

  /** The squared distance of the Gram matrix from I; without gamma. */
  public double penalty(float[] values) {
    double sum = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        double off = off(values, i, j);
        sum += off * off;
      }
    }
    return sum;
  }

  /** {@code g} plus gamma times the penalty's gradient. */
  public float[] addGradient(float[] values, float[] g, double gamma) {
    double[] sum = new double[values.length];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        double factor = 4 * gamma * off(values, i, j);
        for (int k = 0; k < width; k++) {
          sum[at(i, k)] += factor * values[at(j, k)];
        }
      }
    }
    float[] added = new float[values.length];
    for (int i = 0; i < added.length; i++) {
      added[i] = (float) (g[i] + sum[i]);
    }
    return added;
  }

  private int at(int vector, int element) {
    return vector * vectorStride + element * elementStride;
  }

  /** Element i, j of the Gram matrix less I. */
  private double off(float[] values, int i, int j) {
    double sum = i == j ? -1 : 0;
    for (int k = 0; k < width; k++) {
      sum += (double) values[at(i, k)] * values[at(j, k)];
    }
    return sum;
  }
}
