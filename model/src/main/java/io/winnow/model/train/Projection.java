package io.winnow.model.train;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The K-sparse projection of omega (method.md, "Optimisation"; StoIHT): which K entries stay. Ties
 * go to the smaller index, so that the outcome is a function of the values alone.
 */
public final class Projection {
  private Projection() {}

  /** True at the min(K, n) entries that stay under the rule; NaN never stays before a number. */
  public static boolean[] keep(float[] omega, int k, SelectionSettings.Rule rule) {
    Comparator<Integer> byScore =
        Comparator.comparingDouble((Integer i) -> -score(omega[i], rule)).thenComparingInt(i -> i);
    boolean[] keep = new boolean[omega.length];
    IntStream.range(0, omega.length).boxed().sorted(byScore).limit(k).forEach(i -> keep[i] = true);
    return keep;
  }

  private static double score(float omega, SelectionSettings.Rule rule) {
    double score = rule == SelectionSettings.Rule.MAGNITUDE ? Math.abs(omega) : omega;
    return Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
  }
}
