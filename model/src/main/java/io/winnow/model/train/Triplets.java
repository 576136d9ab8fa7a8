package io.winnow.model.train;

/**
 * A head of AdaLoRA (Zhang et al. 2023): the increment P diag(lambda) Q as {@code rank} triplets, P
 * {@code [out, rank]}, Q {@code [rank, in]}. Sweeps compute with A = Q and B = P diag(lambda), so
 * they need not know of it; {@link #gradient} takes their gradient back to the triplets. A triplet
 * whose lambda is 0 is masked: lambda still has a gradient, so that it may come back. The arrays
 * are published and never written again.
 */
public record Triplets(HeadSize size, float[] p, float[] lambda, float[] q) {
  /** Gradient of P, lambda and Q. */
  public record Gradient(float[] p, float[] lambda, float[] q) {}

  /** A {@code [rank, in]}, what sweeps compute with. */
  public float[] a() {
    return q;
  }

  /** B {@code [out, rank]}: column i of P times lambda_i. */
  public float[] b() {
    float[] b = new float[p.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = p[i] * lambda[i % size.rank()];
    }
    return b;
  }

  /**
   * The gradient in the triplets, from that in A and B.
   *
   * <pre>
   * dP_ji = dB_ji lambda_i,  d lambda_i = sum over j of dB_ji P_ji,  dQ = dA
   * </pre>
   */
  public Gradient gradient(float[] dA, float[] dB) {
    float[] dP = new float[p.length];
    double[] sums = new double[lambda.length];
    for (int i = 0; i < dB.length; i++) {
      int triplet = i % size.rank();
      dP[i] = dB[i] * lambda[triplet];
      sums[triplet] += (double) dB[i] * p[i];
    }
    float[] dLambda = new float[lambda.length];
    for (int i = 0; i < dLambda.length; i++) {
      dLambda[i] = (float) sums[i];
    }
    return new Gradient(dP, dLambda, dA);
  }

  /** The same head with lambda 0 where a triplet does not stay. */
  public Triplets keeping(boolean[] stays) {
    float[] masked = lambda.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] = stays[i] ? masked[i] : 0f;
    }
    return new Triplets(size, p, masked, q);
  }
}
