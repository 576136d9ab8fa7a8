package io.winnow.model.adapter;

import java.util.List;

/** One micro-batch's gradient of one layer: live heads in AdapterId order, then tensors. */
public record LayerGradient(
    LayerId layer, List<AdapterGradient> adapters, List<TensorState> tensors) {
  public LayerGradient {
    adapters = List.copyOf(adapters);
    tensors = List.copyOf(tensors);
  }

  /** Bytes of its values, as they travel: A, B and omega of each head, and the tensors. */
  public long bytes() {
    long bytes = tensors.stream().mapToLong(t -> WireType.bytes(t.values())).sum();
    for (AdapterGradient a : adapters) {
      bytes += Float.BYTES + WireType.bytes(a.dA()) + WireType.bytes(a.dB());
    }
    return bytes;
  }
}
