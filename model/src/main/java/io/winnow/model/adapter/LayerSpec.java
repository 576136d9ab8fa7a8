package io.winnow.model.adapter;

import java.util.List;

/** What one layer actor owns: heads in AdapterId order, then fully trained tensors by name. */
public record LayerSpec(LayerId id, List<AdapterSpec> adapters, List<TensorSpec> tensors) {
  public LayerSpec {
    adapters = List.copyOf(adapters);
    tensors = List.copyOf(tensors);
  }
}
