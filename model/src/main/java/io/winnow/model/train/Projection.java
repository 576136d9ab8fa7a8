package io.winnow.model.train;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The projection of omega (method.md, "Optimisation"; StoIHT): which heads stay. The heads are gone
 * through by score, the largest first, of equal scores the smaller index first; each one that still
 * fits into the limit stays, and one that does not is passed over, since a smaller one after it may
 * fit. So the limit is never exceeded, nothing that goes would still fit, and the outcome is a
 * function of the values alone.
 */
public final class Projection {
  private Projection() {}

  /** A head: its score, and how many trainable values it has. */
  public record Candidate(double score, long parameters) {}

  /** True for those that stay; by a number of heads, exactly min(K, n) of them. */
  public static boolean[] keep(List<Candidate> heads, Budget.Limit limit) {
    Comparator<Integer> byScore =
        Comparator.comparingDouble((Integer i) -> -heads.get(i).score()).thenComparingInt(i -> i);
    List<Integer> order = IntStream.range(0, heads.size()).boxed().sorted(byScore).toList();
    boolean[] keep = new boolean[heads.size()];
    long headsLeft = limit.heads();
    long parametersLeft = limit.parameters();
    for (int i : order) {
      if (headsLeft > 0 && heads.get(i).parameters() <= parametersLeft) {
        keep[i] = true;
        headsLeft--;
        parametersLeft -= heads.get(i).parameters();
      }
    }
    return keep;
  }
}
