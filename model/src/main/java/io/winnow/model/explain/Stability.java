package io.winnow.model.explain;

import io.winnow.model.train.SelectionSettings.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How stable the kept set was over the last quarter of the steps before a selection that
 * disconnected heads.
 *
 * <p>With the selection at step S and F the heads that it kept, K = |F|: for each trace t of steps
 * S - max(1, floor(S / 4)) to S - 1, F_t is what the trace's projection kept, or, where the step
 * projected nothing, the K live heads with the largest |omega| (omega itself by the rule {@code
 * signed}; of equal ones the earlier in the model). The similarity is the mean over these traces of
 * Jaccard's |F_t and F| / |F_t or F|, 1 = the same set all the time.
 *
 * @param from first step that counts
 * @param to last step that counts, S - 1
 * @param traces that lie between
 * @param similarity between 0 and 1
 * @param changes from a trace to the next at which the set differs, the selection being the last
 */
public record Stability(long from, long to, int traces, double similarity, int changes) {

  /** The stability before {@code selected}; null where no trace lies in that quarter. */
  static @Nullable Stability before(Selected selected, HeadTraces traces, Rule rule) {
    long from = selected.step() - Math.max(1, selected.step() / 4);
    Set<Integer> kept = Set.copyOf(selected.kept());
    List<Set<Integer>> sets = new ArrayList<>();
    for (TracePoint point : traces.points()) {
      if (point.step() >= from && point.step() < selected.step()) {
        sets.add(point.selects() ? projected(point) : largest(point, kept.size(), rule));
      }
    }
    if (sets.isEmpty()) {
      return null;
    }
    double similarity = sets.stream().mapToDouble(set -> jaccard(set, kept)).sum() / sets.size();
    int count = sets.size();
    sets.add(kept);
    int changes =
        (int) IntStream.range(0, count).filter(i -> !sets.get(i).equals(sets.get(i + 1))).count();
    return new Stability(from, selected.step() - 1, count, similarity, changes);
  }

  private static Set<Integer> projected(TracePoint point) {
    Set<Integer> kept = new HashSet<>();
    IntStream.range(0, point.omega().size()).filter(point::isKept).forEach(kept::add);
    return kept;
  }

  private static Set<Integer> largest(TracePoint point, int k, Rule rule) {
    Comparator<Integer> bySize =
        Comparator.comparingDouble((Integer i) -> -size(point.omega().get(i), rule));
    return new HashSet<>(
        IntStream.range(0, point.omega().size())
            .filter(point::isLive)
            .boxed()
            .sorted(bySize.thenComparingInt(i -> i))
            .limit(k)
            .toList());
  }

  private static double size(float omega, Rule rule) {
    return rule == Rule.SIGNED ? omega : Math.abs(omega);
  }

  private static double jaccard(Set<Integer> a, Set<Integer> b) {
    Set<Integer> both = new HashSet<>(a);
    both.retainAll(b);
    int either = a.size() + b.size() - both.size();
    return either == 0 ? 1 : (double) both.size() / either;
  }
}
