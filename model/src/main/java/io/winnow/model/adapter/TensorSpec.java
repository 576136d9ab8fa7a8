package io.winnow.model.adapter;

import java.util.List;

/** A base parameter that is trained in full, for example {@code classifier.weight}. */
public record TensorSpec(String name, List<Integer> shape, boolean decays) {
  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /** Number of values. */
  public int size() {
    return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
  }
}
