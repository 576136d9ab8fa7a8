package io.winnow.model.compute;

import java.nio.ShortBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Values in bfloat16, the upper half of a float: storage of frozen matrices, which nothing computes
 * with before {@link Backend#widen}. Whoever allocates one fills it and closes it; reading from
 * several threads is safe.
 */
public final class Bf16Tensor implements Stored {
  /** A direct buffer addresses at most this many values (2 GiB). */
  private static final long LARGEST = Integer.MAX_VALUE / Short.BYTES;

  private final int[] shape;
  private final int size;
  private final INDArray array; // (size), detached
  private final ShortBuffer values;
  private boolean closed;

  private Bf16Tensor(int[] shape, int size) {
    this.shape = shape.clone();
    this.size = size;
    this.array = Nd4j.create(DataType.BFLOAT16, size);
    this.values = new ShortPointer(array.data().addressPointer()).limit(size).asBuffer();
    Tensor.countLive(bytes());
  }

  /** Zeros, to be filled. */
  public static Bf16Tensor zeros(int... shape) {
    long size = 1;
    for (int extent : shape) {
      size = Math.multiplyExact(size, (long) extent);
    }
    if (size < 1 || size > LARGEST) {
      throw new IllegalStateException(
          "bfloat16 of shape " + Arrays.toString(shape) + " needs 1 to " + LARGEST + " values");
    }
    return new Bf16Tensor(shape, (int) size);
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long bytes() {
    return (long) size * Short.BYTES;
  }

  /** Values in a row of the last extent's width. */
  int columns() {
    return shape[shape.length - 1];
  }

  /**
   * Stores the first {@code count} values at number {@code at}, rounded to the nearest, ties even.
   */
  public void write(int at, float[] source, int count) {
    short[] halves = new short[count];
    for (int i = 0; i < count; i++) {
      halves[i] = Bf16.half(source[i]);
    }
    values.put(at, halves, 0, count);
  }

  @Override
  public void read(int from, float[] into, int count) {
    read(from, new short[count], into, count);
  }

  /** The same with an array to work in. */
  void read(int from, short[] scratch, float[] into, int count) {
    values.get(from, scratch, 0, count);
    for (int i = 0; i < count; i++) {
      into[i] = Bf16.of(scratch[i]);
    }
  }

  /** Rows of the last extent's width as ND4J sees them: {@code [count, columns]}. */
  INDArray rows(int from, int count) {
    int n = columns();
    long[] shape = {count, n};
    return Nd4j.create(
        array.data(), shape, new long[] {n, 1}, (long) from * n, 'c', DataType.BFLOAT16);
  }

  /** Copies values to those of a tensor from {@code at} on: four times as fast as by arrays. */
  void copyTo(Tensor into, int at, int from, int count) {
    into.part(at, count).assign(array.get(NDArrayIndex.interval(from, from + count)));
  }

  @Override
  public float[] toArray() {
    float[] copy = new float[size];
    read(0, copy, size);
    return copy;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Tensor.countLive(-bytes());
      array.close();
    }
  }
}
