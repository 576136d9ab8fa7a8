package io.winnow.model.arch;

import java.util.List;

/**
 * A tensor that an architecture consists of.
 *
 * @param block where it lies, as in {@link io.winnow.model.nn.LinearSite}
 */
public record ParameterSite(String name, List<Integer> shape, int block) {
  public ParameterSite {
    shape = List.copyOf(shape);
  }

  int[] extents() {
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }
}
