package io.winnow.model.task;

import io.winnow.model.arch.Activations;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.compute.BackendKind;

/**
 * What the sweeps of a run have in common.
 *
 * @param adapterDropout on the input of every head, in training
 */
public record SweepSettings(
    float adapterDropout, BaseDropout baseDropout, Activations activations, BackendKind backend) {
  /** On the CPU kernels, all kept that backward needs. */
  public SweepSettings(float adapterDropout, BaseDropout baseDropout) {
    this(adapterDropout, baseDropout, Activations.KEPT, BackendKind.CPU);
  }

  /** No dropout anywhere. */
  public static SweepSettings withoutDropout() {
    return new SweepSettings(0f, BaseDropout.OFF);
  }
}
