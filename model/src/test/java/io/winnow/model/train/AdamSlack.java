package io.winnow.model.train;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far float32 gradients may take A and B apart. Adam moves a value by rate m / sqrt(v),
 * whatever the size of its gradient, so a gradient that is off by 1e-6 of its tensor's largest one
 * counts for {@code rate 1e-6 max(sqrt(v)) / sqrt(v)}: much where a value's own gradient is next to
 * nothing. The sum of that over the steps so far, by value.
 */
final class AdamSlack {
  private static final double RELATIVE = 1e-6;

  private final Map<String, double[]> slack = new HashMap<>();

  /** The heads after a step at this rate. */
  void moved(List<HeadState> heads, float rate) {
    for (HeadState head : heads) {
      add(head.spec().id() + ".A", head.momentsA().v(), rate);
      add(head.spec().id() + ".B", head.momentsB().v(), rate);
    }
  }

  private void add(String name, float[] v, float rate) {
    double[] sum = slack.computeIfAbsent(name, key -> new double[v.length]);
    double largest = 0;
    for (float value : v) {
      largest = Math.max(largest, Math.sqrt(value));
    }
    for (int i = 0; i < v.length; i++) {
      if (v[i] > 0) {
        sum[i] += rate * Math.min(2, RELATIVE * largest / Math.sqrt(v[i]));
      }
    }
  }

  /** A and B are drawn anew. */
  void forget() {
    slack.clear();
  }

  /** What a value of this tensor may be off by; 0 before the first step. */
  double of(String name, int i) {
    double[] sum = slack.get(name);
    return sum == null ? 0 : sum[i];
  }
}
