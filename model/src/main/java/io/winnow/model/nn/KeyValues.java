package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;

/**
 * Keys and values of one attention that decoding keeps, for a number of sequences: sequence r has
 * the rows from {@code r * capacity} on, of which the first {@link #length()} are filled. It grows
 * by doubling; its owner closes it.
 */
public final class KeyValues implements AutoCloseable {
  private static final int SMALLEST = 16;

  private final Backend backend;
  private final int width;
  private int sequences;
  private int capacity;
  private int length;
  private Tensor keys; // [sequences * capacity, width]
  private Tensor values;
  private Tensor newKeys; // [sequences * count, width], projected but not yet in place
  private Tensor newValues;
  private int count;

  /**
   * An empty cache.
   *
   * @param width of a row: key heads times their width
   */
  public KeyValues(Backend backend, int sequences, int width) {
    this.backend = backend;
    this.width = width;
    this.sequences = sequences;
    this.capacity = SMALLEST;
    this.keys = Tensor.zeros(sequences * capacity, width);
    this.values = Tensor.zeros(sequences * capacity, width);
    this.newKeys = Tensor.zeros(sequences, width);
    this.newValues = Tensor.zeros(sequences, width);
  }

  /** Rows that each sequence has. */
  public int length() {
    return length;
  }

  public int sequences() {
    return sequences;
  }

  /** Makes room for so many more rows of each sequence: the next {@link #append} puts them here. */
  public void expect(int rows) {
    count = rows;
    if (sequences * rows * width != newKeys.size()) { // a prompt's many rows do not stay
      newKeys.close();
      newValues.close();
      newKeys = Tensor.zeros(sequences * rows, width);
      newValues = Tensor.zeros(sequences * rows, width);
    }
  }

  /** Where the keys of the expected rows go: {@code [sequences * rows, width]}. */
  Matrix newKeys() {
    return Matrix.of(newKeys, sequences * count, width);
  }

  Matrix newValues() {
    return Matrix.of(newValues, sequences * count, width);
  }

  /** Puts the expected rows behind those that are there. */
  public void append() {
    if (length + count > capacity) {
      int grown = Math.max(2 * capacity, length + count);
      keys = grown(keys, grown);
      values = grown(values, grown);
      capacity = grown;
    }
    for (int r = 0; r < sequences; r++) {
      int at = r * capacity + length;
      backend.copy(all(keys).rows(at, count), newKeys().rows(r * count, count));
      backend.copy(all(values).rows(at, count), newValues().rows(r * count, count));
    }
    length += count;
    count = 0;
  }

  private Tensor grown(Tensor old, int capacity) {
    Tensor larger = Tensor.zeros(sequences * capacity, width);
    for (int r = 0; r < sequences; r++) {
      Matrix to = larger.matrix().rows(r * capacity, length);
      backend.copy(to, all(old).rows(r * this.capacity, length));
    }
    old.close();
    return larger;
  }

  /**
   * Sequence r becomes what sequence {@code from[r]} was; there may be more or fewer than before.
   */
  public void select(int[] from) {
    if (keepsAll(from)) {
      return;
    }
    keys = selected(keys, from);
    values = selected(values, from);
    sequences = from.length;
  }

  private boolean keepsAll(int[] from) {
    boolean same = from.length == sequences;
    for (int r = 0; same && r < from.length; r++) {
      same = from[r] == r;
    }
    return same;
  }

  private Tensor selected(Tensor old, int[] from) {
    Tensor fresh = Tensor.zeros(from.length * capacity, width);
    for (int r = 0; r < from.length && length > 0; r++) {
      Matrix to = fresh.matrix().rows(r * capacity, length);
      backend.copy(to, all(old).rows(from[r] * capacity, length));
    }
    old.close();
    return fresh;
  }

  Attention.KeyRows rows() {
    return new Attention.KeyRows(all(keys), all(values), capacity);
  }

  private Matrix all(Tensor tensor) {
    return tensor.matrix();
  }

  @Override
  public void close() {
    keys.close();
    values.close();
    newKeys.close();
    newValues.close();
  }
}
