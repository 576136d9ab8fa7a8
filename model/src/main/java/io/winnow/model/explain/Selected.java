package io.winnow.model.explain;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A selection and how close it was.
 *
 * @param forGood whether heads were disconnected; else they were masked
 * @param kept heads that stayed, by their place in the run's heads
 * @param dropped heads that went
 * @param lastKept of those that stayed the one with the lowest score; null where none stayed
 * @param firstDropped of those that went the one with the highest score; null where none went
 */
public record Selected(
    long step,
    boolean forGood,
    List<Integer> kept,
    List<Integer> dropped,
    @Nullable Scored lastKept,
    @Nullable Scored firstDropped) {
  public Selected {
    kept = List.copyOf(kept);
    dropped = List.copyOf(dropped);
  }

  /** A head and its score. */
  public record Scored(String head, float score) {}

  /**
   * The selection of a step that made one. Of equal scores the head that comes later in the model
   * is the last kept, and the one that comes earlier the first dropped.
   */
  static Selected of(HeadTraces traces, TracePoint point) {
    List<Integer> taking =
        IntStream.range(0, traces.heads().size()).filter(point::isScored).boxed().toList();
    boolean forGood = taking.stream().anyMatch(i -> !point.isLive(i));
    List<Integer> kept =
        taking.stream().filter(i -> forGood ? point.isLive(i) : point.isKept(i)).toList();
    List<Integer> dropped = taking.stream().filter(i -> !kept.contains(i)).toList();
    Integer lowest =
        kept.stream()
            .reduce((a, b) -> point.scores().get(b) <= point.scores().get(a) ? b : a)
            .orElse(null);
    Integer highest =
        dropped.stream()
            .reduce((a, b) -> point.scores().get(b) > point.scores().get(a) ? b : a)
            .orElse(null);
    return new Selected(
        point.step(),
        forGood,
        kept,
        dropped,
        scored(traces, point, lowest),
        scored(traces, point, highest));
  }

  private static @Nullable Scored scored(
      HeadTraces traces, TracePoint point, @Nullable Integer head) {
    return head == null ? null : new Scored(traces.heads().get(head), point.scores().get(head));
  }

  /** Whether some stayed and some went. */
  public boolean hasGap() {
    return lastKept != null && firstDropped != null;
  }

  /**
   * Score of the last kept head less that of the first dropped. Below 0 where a budget of values
   * passed over a head that was too large for what was left.
   */
  public double gap() {
    if (lastKept == null || firstDropped == null) {
      throw new IllegalStateException("the selection of step " + step + " has no gap");
    }
    return (double) lastKept.score() - firstDropped.score();
  }

  /** The gap as a part of the last kept head's score, |gap| / |score|; 0 where that is 0. */
  public double relativeGap() {
    double gap = gap();
    double score = Math.abs((double) lastKept.score());
    return score == 0 ? 0 : gap / score;
  }
}
