package io.winnow.model.adapter;

import java.util.List;

/** Everything a run trains, layer by layer in forward order. */
public record TrainableSpec(List<LayerSpec> layers) {
  public TrainableSpec {
    layers = List.copyOf(layers);
  }

  /** All heads in AdapterId order. */
  public List<AdapterSpec> adapters() {
    return layers.stream().flatMap(l -> l.adapters().stream()).toList();
  }

  /** The layer of this name. */
  public LayerSpec layer(String name) {
    return layers.stream()
        .filter(l -> l.id().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no layer '" + name + "' in this run"));
  }
}
