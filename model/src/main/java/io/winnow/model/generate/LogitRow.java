package io.winnow.model.generate;

import io.winnow.model.compute.Elementary;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;

/**
 * One sequence's logits, read from the model's. Log-probabilities are z - max - ln(sum of e^(z -
 * max)), the sum in double in the order of the tokens with {@link Elementary#exp}, the logarithm by
 * StrictMath: the same bits on every machine, and in a row the order of the logits.
 */
final class LogitRow {
  private float[] logits = new float[0];
  private double[] scores = new double[0];
  private double max;

  /** Reads a row. */
  void read(Matrix all, int row) {
    if (logits.length != all.columns()) {
      logits = new float[all.columns()];
      scores = new double[all.columns()];
    }
    all.data().buffer().get(all.offset() + row * all.stride(), logits, 0, logits.length);
    max = Double.NEGATIVE_INFINITY;
    for (float z : logits) {
      if (!Float.isFinite(z)) {
        throw UserProblem.failure(
            "the model gives a logit that is not finite (%s); its weights or adapters are damaged"
                .formatted(z));
      }
      max = Math.max(max, z);
    }
  }

  /** The logits, in an array that the next call of this kind uses again. */
  double[] logits() {
    for (int i = 0; i < logits.length; i++) {
      scores[i] = logits[i];
    }
    return scores;
  }

  /** All log-probabilities, in the same array. */
  double[] logProbabilities() {
    double norm = max + logSum();
    for (int i = 0; i < logits.length; i++) {
      scores[i] = logits[i] - norm;
    }
    return scores;
  }

  /** The log-probability of one token. */
  double logProbability(int id) {
    return logits[id] - (max + logSum());
  }

  private double logSum() {
    float highest = (float) max;
    double sum = 0;
    for (float z : logits) {
      sum += Elementary.exp(z - highest);
    }
    return StrictMath.log(sum);
  }
}
