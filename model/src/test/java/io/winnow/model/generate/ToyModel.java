package io.winnow.model.generate;

import io.winnow.model.compute.CounterHash;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A model that is a function: the logits of what comes after so many tokens. */
@FunctionalInterface
interface ToyModel {
  float[] logits(List<Integer> history);

  /** Logits in [-2, 2) that depend on every token so far. */
  static ToyModel hashed(long seed, int vocabulary) {
    return history -> {
      long key = CounterHash.key(seed);
      for (int id : history) {
        key = CounterHash.with(key, id);
      }
      float[] logits = new float[vocabulary];
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = 4 * CounterHash.uniform(key, i) - 2;
      }
      return logits;
    };
  }

  /** Probabilities by history as text, e.g. "1 2"; any other history has {@code otherwise}. */
  static ToyModel table(Map<String, double[]> rows, double... otherwise) {
    return history -> {
      String key = String.join(" ", history.stream().map(String::valueOf).toList());
      double[] p = rows.getOrDefault(key, otherwise);
      float[] logits = new float[p.length];
      IntStream.range(0, p.length).forEach(i -> logits[i] = (float) StrictMath.log(p[i]));
      return logits;
    };
  }

  /** Log-probabilities in double, term by term. */
  default double[] logProbabilities(List<Integer> history) {
    float[] z = logits(history);
    double total = 0;
    for (float each : z) {
      total += StrictMath.exp(each);
    }
    double log = StrictMath.log(total);
    return IntStream.range(0, z.length).mapToDouble(i -> z[i] - log).toArray();
  }

  static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
