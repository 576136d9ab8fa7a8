package io.winnow.model.explain;

import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Why each head of a run was kept or dropped, as far as the traces tell.
 *
 * @param heads in the order of the model
 * @param selections those that disconnected heads, in the order of their steps
 * @param newestMask the newest projection, where none disconnected heads yet; null = none
 * @param stability of the kept set before the last of the selections; null = none, or no traces
 *     before it
 */
public record RunHistory(
    List<HeadHistory> heads,
    List<Selected> selections,
    @Nullable Selected newestMask,
    @Nullable Stability stability) {
  public RunHistory {
    heads = List.copyOf(heads);
    selections = List.copyOf(selections);
  }

  /** The history that these traces tell; there must be one at least. */
  public static RunHistory of(HeadTraces traces, Rule rule) {
    List<HeadHistory> heads =
        IntStream.range(0, traces.heads().size()).mapToObj(i -> HeadHistory.of(traces, i)).toList();
    List<Selected> all =
        traces.points().stream()
            .filter(TracePoint::selects)
            .map(point -> Selected.of(traces, point))
            .toList();
    List<Selected> forGood = all.stream().filter(Selected::forGood).toList();
    return new RunHistory(
        heads,
        forGood,
        forGood.isEmpty() && !all.isEmpty() ? all.get(all.size() - 1) : null,
        forGood.isEmpty() ? null : Stability.before(forGood.get(forGood.size() - 1), traces, rule));
  }
}
