package io.winnow.protocol;

import java.util.List;

/**
 * The heads of a run after a step, in the order of the run's heads.
 *
 * @param omega 0 for a head that is masked or disconnected
 * @param ranks 0 for a head that is disconnected for good
 * @param scores what the step's selection went by, before it masked or disconnected anything; NaN
 *     for heads that were disconnected before, empty where the step selected nothing
 */
public record HeadsTrace(List<Float> omega, List<Integer> ranks, List<Float> scores) {
  public HeadsTrace {
    omega = List.copyOf(omega);
    ranks = List.copyOf(ranks);
    scores = List.copyOf(scores);
  }
}
