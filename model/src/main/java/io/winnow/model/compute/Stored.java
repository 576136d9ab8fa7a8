package io.winnow.model.compute;

/**
 * Values of a base as they lie in memory, row-major, outside the Java heap: read as floats,
 * whatever they are stored as. Whoever allocates them closes them, once.
 */
public sealed interface Stored extends AutoCloseable permits Tensor, Bf16Tensor {
  int[] shape();

  /** Number of values. */
  int size();

  /** Bytes held. */
  long bytes();

  /** Copies the values from number {@code from} on to the beginning of an array. */
  void read(int from, float[] into, int count);

  /** A copy of all values. */
  float[] toArray();

  @Override
  void close();
}
