package io.winnow.model.adapter;

import java.util.List;

/** One layer's live heads and tensors at one version. Heads that are absent are pruned. */
public record LayerParameters(
    LayerId layer, List<AdapterState> adapters, List<TensorState> tensors) {
  public LayerParameters {
    adapters = List.copyOf(adapters);
    tensors = List.copyOf(tensors);
  }
}
