package io.winnow.model.train;

/**
 * Gives a head a larger rank (method.md, "WeightLoRA+"): the rules of {@link ExpansionRule} on
 * plain arrays, in double and in a fixed order. Nothing of size {@code [in, in]} is formed: {@code
 * (I - Q Q^T) N = N - Q (Q^T N)}.
 */
final class RankExpansion {
  private final ExpansionRule rule;
  private final HeadSize before;
  private final int rank;
  private final float[] noise;

  /** A {@code [newRank, in]} and B {@code [out, newRank]}. */
  record Grown(float[] a, float[] b) {}

  /**
   * An expansion to {@code rank}.
   *
   * @param noise uniform in [0, 1), row-major {@code [in, columns]} with the columns that the rule
   *     takes
   */
  RankExpansion(ExpansionRule rule, HeadSize before, int rank, float[] noise) {
    this.rule = rule;
    this.before = before;
    this.rank = rank;
    this.noise = noise;
    int columns = rule.noiseColumns(before.rank(), rank);
    boolean isThin = rule != ExpansionRule.SMART || before.rank() <= before.in();
    if (rank <= before.rank() || !isThin || noise.length != before.in() * columns) {
      throw new IllegalStateException(
          rule + " from " + before + " to rank " + rank + " with " + noise.length + " of noise");
    }
  }

  /** The grown values of A {@code [rank, in]} and B {@code [out, rank]}, which are not written. */
  Grown of(float[] a, float[] b) {
    return switch (rule) {
      case SMART -> smart(a, b);
      case DUMMY -> {
        float[] grownA = new float[rank * before.in()];
        System.arraycopy(a, 0, grownA, 0, a.length);
        appendNoise(grownA);
        yield new Grown(grownA, widened(b));
      }
      case RESTART -> {
        float[] grownA = new float[rank * before.in()];
        appendNoise(grownA);
        yield new Grown(grownA, new float[before.out() * rank]);
      }
    };
  }

  /** The noise's columns as the last rows of A. */
  private void appendNoise(float[] a) {
    int columns = noise.length / before.in();
    int from = rank - columns;
    for (int i = 0; i < noise.length; i++) {
      a[(from + i % columns) * before.in() + i / columns] = noise[i];
    }
  }

  /** [B, 0]. */
  private float[] widened(float[] b) {
    float[] grown = new float[before.out() * rank];
    for (int i = 0; i < before.out(); i++) {
      System.arraycopy(b, i * before.rank(), grown, i * rank, before.rank());
    }
    return grown;
  }

  private Grown smart(float[] a, float[] b) {
    int in = before.in();
    ThinQr qr = ThinQr.of(transposed(a), in, before.rank());
    double[] q = qr.q();
    double[] rest = withoutSpan(q);
    int columns = rank - before.rank();
    float[] grownA = new float[rank * in];
    for (int i = 0; i < in; i++) {
      for (int k = 0; k < before.rank(); k++) {
        grownA[k * in + i] = (float) q[i * before.rank() + k];
      }
      for (int k = 0; k < columns; k++) {
        grownA[(before.rank() + k) * in + i] = (float) rest[i * columns + k];
      }
    }
    return new Grown(grownA, widened(timesTransposed(b, qr.r())));
  }

  private double[] transposed(float[] a) {
    double[] transposed = new double[a.length];
    for (int k = 0; k < before.rank(); k++) {
      for (int i = 0; i < before.in(); i++) {
        transposed[i * before.rank() + k] = a[k * before.in() + i];
      }
    }
    return transposed;
  }

  /** N - Q (Q^T N), {@code [in, columns]}. */
  private double[] withoutSpan(double[] q) {
    int columns = rank - before.rank();
    double[] rest = new double[noise.length];
    for (int c = 0; c < columns; c++) {
      for (int i = 0; i < before.in(); i++) {
        rest[i * columns + c] = noise[i * columns + c];
      }
      for (int k = 0; k < before.rank(); k++) {
        double dot = 0;
        for (int i = 0; i < before.in(); i++) {
          dot += q[i * before.rank() + k] * noise[i * columns + c];
        }
        for (int i = 0; i < before.in(); i++) {
          rest[i * columns + c] -= q[i * before.rank() + k] * dot;
        }
      }
    }
    return rest;
  }

  /** B R^T, {@code [out, rank before]}. */
  private float[] timesTransposed(float[] b, double[] r) {
    int width = before.rank();
    float[] product = new float[b.length];
    for (int i = 0; i < before.out(); i++) {
      for (int k = 0; k < width; k++) {
        double sum = 0;
        for (int j = k; j < width; j++) {
          sum += b[i * width + j] * r[k * width + j];
        }
        product[i * width + k] = (float) sum;
      }
    }
    return product;
  }
}
