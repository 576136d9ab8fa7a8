package io.winnow.model.compute;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Float32 values outside the Java heap, row-major. Whoever allocates a tensor closes it, once;
 * reading from several threads is safe, writing is for one owner.
 */
public final class Tensor implements Stored {
  /** A direct buffer addresses at most this many floats (2 GiB). */
  private static final long LARGEST = Integer.MAX_VALUE / Float.BYTES;

  private static final AtomicLong LIVE_BYTES = new AtomicLong();

  private final int[] shape;
  private final int size;
  private final INDArray array; // (size), detached
  private final FloatBuffer values;
  private final long address;
  private boolean closed;

  private Tensor(int[] shape, int size) {
    this.shape = shape.clone();
    this.size = size;
    this.array = Nd4j.create(DataType.FLOAT, size);
    var pointer = new FloatPointer(array.data().addressPointer());
    this.address = pointer.address();
    this.values = pointer.limit(size).asBuffer();
    countLive(bytes());
  }

  /** A tensor of zeros. */
  public static Tensor zeros(int... shape) {
    DeviceCheck.requireUsableDevice();
    long size = 1;
    for (int extent : shape) {
      size = Math.multiplyExact(size, (long) extent);
    }
    if (size < 1 || size > LARGEST) {
      throw new IllegalStateException(
          "a tensor of shape " + Arrays.toString(shape) + " needs 1 to " + LARGEST + " values");
    }
    return new Tensor(shape, (int) size);
  }

  /** A tensor with these values. */
  public static Tensor of(float[] values, int... shape) {
    Tensor tensor = zeros(shape);
    tensor.set(values);
    return tensor;
  }

  /** Bytes of all tensors of this JVM that are not closed. */
  public static long liveBytes() {
    return LIVE_BYTES.get();
  }

  /** Counts bytes that were allocated, or negative ones that were closed. */
  static void countLive(long bytes) {
    LIVE_BYTES.addAndGet(bytes);
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
    return (long) size * Float.BYTES;
  }

  /** The values on ND4J's device. */
  INDArray array() {
    return array;
  }

  /** The values for absolute bulk reads; its position and limit are never moved. */
  FloatBuffer values() {
    HostCopy.fetch(array);
    return values;
  }

  /** The values for absolute bulk writes, which must follow at once. */
  FloatBuffer writable() {
    HostCopy.fetch(array);
    HostCopy.written(array);
    return values;
  }

  /** These values as ND4J sees them. */
  INDArray part(int from, int count) {
    return array.get(NDArrayIndex.interval(from, from + count));
  }

  /** Where the values begin in the host's memory, to be read and written at once. */
  long address() {
    HostCopy.fetch(array);
    HostCopy.written(array);
    return address;
  }

  /**
   * A buffer of its own over the same values, positioned at the first. It must be used up before a
   * backend computes with this tensor.
   */
  public FloatBuffer buffer() {
    return writable().duplicate();
  }

  /** Replaces all values. */
  public void set(float[] source) {
    if (source.length != size) {
      throw new IllegalStateException(
          "got " + source.length + " values for a tensor of shape " + Arrays.toString(shape));
    }
    writable().put(0, source);
  }

  @Override
  public void read(int from, float[] into, int count) {
    values().get(from, into, 0, count);
  }

  @Override
  public float[] toArray() {
    float[] copy = new float[size];
    values().get(0, copy);
    return copy;
  }

  /** The values as a matrix of their last extent's width. */
  public Matrix matrix() {
    int columns = shape[shape.length - 1];
    return Matrix.of(this, size / columns, columns);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      countLive(-bytes());
      array.close();
    }
  }
}
