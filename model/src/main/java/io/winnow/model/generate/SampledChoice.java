package io.winnow.model.generate;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;

/**
 * Draws the next token from softmax(scores / temperature), cut to the top k tokens and then to the
 * top p of the probability. The draw is a pure function of (seed, prompt, sample, position), so it
 * does not depend on what else is in the batch.
 */
record SampledChoice(GenerationSettings.Sampling sampling) implements TokenChoice {
  private static final long PURPOSE = CounterHash.word("generate");

  @Override
  public int choose(double[] scores, Place place) {
    heat(scores);
    keepTopK(scores);
    double[] weights = scores; // e^score
    double total = exponentiate(scores);
    if (sampling.topP() < 1) {
      total = keepTopP(weights, total);
    }
    return drawn(weights, total * uniform(place));
  }

  private double uniform(Place place) {
    long key = CounterHash.key(sampling.seed(), PURPOSE, place.prompt(), place.sample());
    return (CounterHash.bits(key, place.position()) >>> 11) * 0x1.0p-53;
  }

  /** (score - max) / temperature: the highest becomes 0, so that no temperature overflows. */
  private void heat(double[] scores) {
    double max = Arrays.stream(scores).max().orElseThrow();
    if (max == Double.NEGATIVE_INFINITY) {
      throw UserProblem.failure(
          "no token is left to sample from: no_repeat_ngram_size and min_length ban all of them");
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (scores[i] - max) / sampling.temperature();
    }
  }

  /** Ties of the last token that is kept are kept too. */
  private void keepTopK(double[] scores) {
    int k = sampling.topK();
    if (k == 0 || k >= scores.length) {
      return;
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - k];
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] < least) {
        scores[i] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private static double exponentiate(double[] scores) {
    double total = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = scores[i] == Double.NEGATIVE_INFINITY ? 0 : StrictMath.exp(scores[i]);
      total += scores[i];
    }
    return total;
  }

  /**
   * Drops the unlikeliest tokens as long as all that are dropped have together at most 1 - p; one
   * always stays. Of equally likely ones the higher ids go first.
   *
   * @return the sum of what is left
   */
  private double keepTopP(double[] weights, double total) {
    double[] sorted = weights.clone();
    Arrays.sort(sorted);
    double bound = (1 - sampling.topP()) * total;
    double dropped = 0;
    int count = 0;
    while (count < sorted.length - 1 && dropped + sorted[count] <= bound) {
      dropped += sorted[count];
      count++;
    }
    if (count > 0) {
      drop(weights, sorted[count - 1], tiesBelow(sorted, count));
    }
    return Arrays.stream(weights).reduce(0, Double::sum);
  }

  /** How many of the first {@code count} sorted values equal the last of them. */
  private static int tiesBelow(double[] sorted, int count) {
    int ties = 1;
    while (ties < count && sorted[count - 1 - ties] == sorted[count - 1]) {
      ties++;
    }
    return ties;
  }

  private static void drop(double[] weights, double highest, int ties) {
    int left = ties;
    for (int id = weights.length - 1; id >= 0; id--) {
      boolean tie = weights[id] == highest && left > 0;
      if (weights[id] < highest || tie) {
        weights[id] = 0;
        left -= tie ? 1 : 0;
      }
    }
  }

  /** The first token at which the weights reach beyond {@code mark}. */
  private static int drawn(double[] weights, double mark) {
    double reached = 0;
    int last = 0;
    for (int id = 0; id < weights.length; id++) {
      if (weights[id] > 0) {
        last = id;
        reached += weights[id];
        if (reached > mark) {
          return id;
        }
      }
    }
    return last; // the sums were rounded differently
  }
}
