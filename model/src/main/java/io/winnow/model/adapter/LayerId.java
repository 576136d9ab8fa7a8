package io.winnow.model.adapter;

/**
 * Names one layer of a run: an adapted transformer block, or {@link #HEAD} for what lies outside
 * the blocks (pooler, task head). {@code index} is the place in forward order; the head is last.
 */
public record LayerId(int index, String name) implements Comparable<LayerId> {
  /** Name of the layer that holds what is trained outside the blocks. */
  public static final String HEAD = "head";

  @Override
  public int compareTo(LayerId other) {
    return Integer.compare(index, other.index);
  }

  @Override
  public String toString() {
    return name;
  }
}
