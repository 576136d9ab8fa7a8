package io.winnow.model.train;

/**
 * How much each value of a parameter matters to the loss (AdaLoRA, equations 8 to 10): its
 * sensitivity, smoothed, times how uncertain that is, smoothed. Part of a layer's state; its arrays
 * are never written again.
 *
 * <pre>
 * I = |w g|,  mean = b1 mean + (1 - b1) I,  spread = b2 spread + (1 - b2) |I - mean|
 * score = mean spread
 * </pre>
 */
public record Importance(float[] mean, float[] spread) {
  /** What the means are smoothed by; 0.85 both in the paper's code. */
  public record Smoothing(float beta1, float beta2) {
    /** As the paper's code has them. */
    public static final Smoothing USUAL = new Smoothing(0.85f, 0.85f);
  }

  /** Before the first step. */
  public static Importance zero(int size) {
    return new Importance(new float[size], new float[size]);
  }

  /** After a step with these values and their gradient; an empty gradient is zero everywhere. */
  public Importance after(float[] values, float[] gradient, Smoothing smoothing) {
    float[] newMean = new float[mean.length];
    float[] newSpread = new float[mean.length];
    for (int i = 0; i < mean.length; i++) {
      float now = gradient.length == 0 ? 0f : Math.abs(values[i] * gradient[i]);
      newMean[i] = smoothing.beta1() * mean[i] + (1 - smoothing.beta1()) * now;
      float off = Math.abs(now - newMean[i]);
      newSpread[i] = smoothing.beta2() * spread[i] + (1 - smoothing.beta2()) * off;
    }
    return new Importance(newMean, newSpread);
  }

  /** Bytes of both means. */
  long bytes() {
    return 8L * mean.length;
  }

  /** The score of one value. */
  double score(int i) {
    return (double) mean[i] * spread[i];
  }

  /**
   * Scores of a head's triplets (equation 7): that of lambda plus the means over the column of P
   * and the row of Q.
   */
  public static double[] ofTriplets(HeadSize size, Importance p, Importance lambda, Importance q) {
    double[] scores = new double[size.rank()];
    for (int i = 0; i < scores.length; i++) {
      double ofP = 0;
      for (int j = 0; j < size.out(); j++) {
        ofP += p.score(j * size.rank() + i);
      }
      double ofQ = 0;
      for (int j = 0; j < size.in(); j++) {
        ofQ += q.score(i * size.in() + j);
      }
      scores[i] = lambda.score(i) + ofP / size.out() + ofQ / size.in();
    }
    return scores;
  }
}
