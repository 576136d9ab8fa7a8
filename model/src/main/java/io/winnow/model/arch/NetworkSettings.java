package io.winnow.model.arch;

import io.winnow.model.compute.Backend;

/**
 * What a network is made with.
 *
 * @param adapterDropout on the input of every head, in training
 */
public record NetworkSettings(
    Backend backend, float adapterDropout, BaseDropout baseDropout, Activations activations) {
  /** Keeping all that backward needs. */
  public NetworkSettings(Backend backend, float adapterDropout, BaseDropout baseDropout) {
    this(backend, adapterDropout, baseDropout, Activations.KEPT);
  }
}
