package io.winnow.protocol;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.WireType;
import io.winnow.model.compute.Bf16;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Primitive fields in a buffer: written by {@link Into}, sized by {@link Size}, read by From. */
final class TensorBuffer {
  private TensorBuffer() {}

  /** Where fields go. */
  abstract static class Out {
    abstract void int32(int value);

    abstract void int64(long value);

    abstract void float32(float value);

    abstract void float64(double value);

    abstract void bytes(byte[] value);

    abstract void floats(float[] values);

    void text(String value) {
      bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void layer(LayerId layer) {
      int32(layer.index());
      text(layer.name());
    }

    void adapter(AdapterId id) {
      int32(id.index());
      text(id.module());
    }

    void tensors(List<TensorState> tensors) {
      int32(tensors.size());
      for (TensorState tensor : tensors) {
        text(tensor.name());
        floats(tensor.values());
      }
    }
  }

  /** Counts bytes. */
  static final class Size extends Out {
    private int bytes;

    int bytes() {
      return bytes;
    }

    @Override
    void int32(int value) {
      bytes += Integer.BYTES;
    }

    @Override
    void int64(long value) {
      bytes += Long.BYTES;
    }

    @Override
    void float32(float value) {
      bytes += Float.BYTES;
    }

    @Override
    void float64(double value) {
      bytes += Double.BYTES;
    }

    @Override
    void bytes(byte[] value) {
      bytes = Math.addExact(bytes, Integer.BYTES + value.length);
    }

    @Override
    void floats(float[] values) {
      int each = WireType.isHalves(values) ? Short.BYTES : Float.BYTES;
      bytes = Math.addExact(bytes, Math.addExact(5, Math.multiplyExact(each, values.length)));
    }
  }

  /** Writes. */
  static final class Into extends Out {
    private final ByteBuffer buffer;

    Into(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    void int32(int value) {
      buffer.putInt(value);
    }

    @Override
    void int64(long value) {
      buffer.putLong(value);
    }

    @Override
    void float32(float value) {
      buffer.putFloat(value);
    }

    @Override
    void float64(double value) {
      buffer.putDouble(value);
    }

    @Override
    void bytes(byte[] value) {
      buffer.putInt(value.length);
      buffer.put(value);
    }

    @Override
    void floats(float[] values) {
      boolean halves = WireType.isHalves(values);
      buffer.put((byte) (halves ? Short.BYTES : Float.BYTES));
      buffer.putInt(values.length);
      if (halves) {
        for (float value : values) {
          buffer.putShort(Bf16.half(value));
        }
      } else {
        buffer.asFloatBuffer().put(values);
        buffer.position(buffer.position() + Float.BYTES * values.length);
      }
    }
  }

  /** Reads; a length beyond the buffer is an exception, never an allocation. */
  static final class From {
    private final ByteBuffer buffer;

    From(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    int int32() {
      return buffer.getInt();
    }

    long int64() {
      return buffer.getLong();
    }

    float float32() {
      return buffer.getFloat();
    }

    double float64() {
      return buffer.getDouble();
    }

    String text() {
      byte[] bytes = new byte[length(1)];
      buffer.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }

    float[] floats() {
      int each = buffer.get();
      if (each != Short.BYTES && each != Float.BYTES) {
        throw new IllegalArgumentException("tensor message: values of " + each + " bytes");
      }
      float[] values = new float[length(each)];
      if (each == Short.BYTES) {
        for (int i = 0; i < values.length; i++) {
          values[i] = Bf16.of(buffer.getShort());
        }
      } else {
        buffer.asFloatBuffer().get(values);
        buffer.position(buffer.position() + Float.BYTES * values.length);
      }
      return values;
    }

    LayerId layer() {
      return new LayerId(int32(), text());
    }

    AdapterId adapter() {
      return new AdapterId(int32(), text());
    }

    TensorState[] tensors() {
      TensorState[] tensors = new TensorState[count()];
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = new TensorState(text(), floats());
      }
      return tensors;
    }

    /** A number of things that take at least one byte each. */
    int count() {
      return length(1);
    }

    private int length(int bytesEach) {
      int length = buffer.getInt();
      if (length < 0 || (long) length * bytesEach > buffer.remaining()) {
        throw new IllegalArgumentException(
            "tensor message: a field of "
                + length
                + " x "
                + bytesEach
                + " bytes where "
                + buffer.remaining()
                + " bytes are left");
      }
      return length;
    }
  }
}
