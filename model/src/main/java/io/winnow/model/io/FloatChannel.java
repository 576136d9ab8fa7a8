package io.winnow.model.io;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** Writes floats to a channel, little-endian, as F32 or rounded to F16 or BF16. */
final class FloatChannel {
  private static final int CHUNK_BYTES = 1 << 20;

  private final WritableByteChannel out;
  private final DType dtype;
  private final String name;
  private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Values of the tensor of this name. */
  FloatChannel(WritableByteChannel out, DType dtype, String name) {
    this.out = out;
    this.dtype = dtype;
    this.name = name;
  }

  /**
   * Writes the first values of an array.
   *
   * @throws UserProblem if one is beyond the range of a 16-bit type
   */
  void write(float[] values, int count) throws IOException {
    int step = CHUNK_BYTES / dtype.bytes();
    for (int from = 0; from < count; from += step) {
      int part = Math.min(step, count - from);
      buffer.clear();
      if (dtype == DType.F32) {
        buffer.asFloatBuffer().put(values, from, part);
      } else {
        narrow(values, from, part);
      }
      buffer.position(0).limit(part * dtype.bytes());
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    }
  }

  private void narrow(float[] values, int from, int count) {
    boolean brain = dtype == DType.BF16;
    for (int i = from; i < from + count; i++) {
      short bits = brain ? HalfFloat.toBf16(values[i]) : HalfFloat.toF16(values[i]);
      float kept = brain ? HalfFloat.fromBf16(bits) : HalfFloat.fromF16(bits);
      if (Float.isInfinite(kept) && Float.isFinite(values[i])) {
        throw UserProblem.failure(
            "%s would hold %s, which is beyond the range of %s; write it as F32"
                .formatted(name, values[i], dtype));
      }
      buffer.putShort(bits);
    }
  }
}
