package io.winnow.model.task;

import io.winnow.model.arch.BaseDropout;

/**
 * What the sweeps of a run have in common.
 *
 * @param adapterDropout on the input of every head, in training
 */
public record SweepSettings(float adapterDropout, BaseDropout baseDropout) {
  /** No dropout anywhere. */
  public static SweepSettings withoutDropout() {
    return new SweepSettings(0f, BaseDropout.OFF);
  }
}
