package io.winnow.model.compute;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scratch memory of one compute thread. Each buffer grows to the largest size asked of it and
 * is then reused, so a steady state allocates nothing; everything is closed here, in one place.
 */
public final class Workspace implements AutoCloseable {
  private final List<Buffer> buffers = new ArrayList<>();

  /** A new, still empty buffer. */
  public Buffer buffer() {
    var buffer = new Buffer();
    buffers.add(buffer);
    return buffer;
  }

  @Override
  public void close() {
    buffers.forEach(Buffer::release);
  }

  /** Memory that is reused from sweep to sweep; the values of the last use are still in it. */
  public static final class Buffer {
    private @Nullable Tensor tensor;
    private @Nullable Matrix current;

    /** A matrix over this buffer; earlier ones are invalid if it had to grow. */
    public Matrix matrix(int rows, int columns) {
      Matrix last = current;
      if (last != null && last.rows() == rows && last.columns() == columns) {
        return last;
      }
      last = Matrix.of(atLeast(Math.multiplyExact(rows, columns)), rows, columns);
      current = last;
      return last;
    }

    /** The matrix that was last asked for. */
    public Matrix last() {
      Matrix last = current;
      if (last == null) {
        throw new IllegalStateException("buffer read before it was written");
      }
      return last;
    }

    private Tensor atLeast(int size) {
      Tensor held = tensor;
      if (held == null || held.size() < size) {
        release();
        held = Tensor.zeros(size);
        tensor = held;
      }
      return held;
    }

    private void release() {
      if (tensor != null) {
        tensor.close();
      }
      tensor = null;
      current = null;
    }
  }
}
