package io.winnow.model.explain;

import java.util.List;

/**
 * How the heads of a run stood after a step, in the order of the run's heads.
 *
 * @param omega 0 for a head that is masked or disconnected
 * @param ranks 0 for a head that is disconnected for good
 * @param scores what the step's selection went by, before it masked or disconnected anything; NaN
 *     for heads that were disconnected before, empty where the step selected nothing
 */
public record TracePoint(long step, List<Float> omega, List<Integer> ranks, List<Float> scores) {
  public TracePoint {
    omega = List.copyOf(omega);
    ranks = List.copyOf(ranks);
    scores = List.copyOf(scores);
  }

  /** Whether the step projected omega, for good or not. */
  public boolean selects() {
    return !scores.isEmpty();
  }

  /** Whether a head is part of the model after the step, be it masked or not. */
  public boolean isLive(int head) {
    return ranks.get(head) > 0;
  }

  /** Whether a head adds something to the model after the step. */
  public boolean isKept(int head) {
    return isLive(head) && omega.get(head) != 0f;
  }

  /** Whether a head took part in the step's selection. */
  boolean isScored(int head) {
    return selects() && !Float.isNaN(scores.get(head));
  }
}
