package io.winnow.model.adapter;

import java.util.List;

/** One layer's live heads and tensors at one version. Heads that are absent are pruned. */
public record LayerParameters(
    LayerId layer, List<AdapterState> adapters, List<TensorState> tensors) {
  public LayerParameters {
    adapters = List.copyOf(adapters);
    tensors = List.copyOf(tensors);
  }

  /** Bytes of its values, as they travel: A, B and omega of each head, and the tensors. */
  public long bytes() {
    long bytes = tensors.stream().mapToLong(t -> WireType.bytes(t.values())).sum();
    for (AdapterState a : adapters) {
      bytes += Float.BYTES + WireType.bytes(a.a()) + WireType.bytes(a.b());
    }
    return bytes;
  }
}
