package io.winnow.model.adapter;

import java.util.List;

/** One micro-batch's gradient of one layer: live heads in AdapterId order, then tensors. */
public record LayerGradient(
    LayerId layer, List<AdapterGradient> adapters, List<TensorState> tensors) {
  public LayerGradient {
    adapters = List.copyOf(adapters);
    tensors = List.copyOf(tensors);
  }
}
