package io.winnow.model.io;

import com.fasterxml.jackson.core.JacksonException;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.SafeTensorsHeader.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one safetensors file, or a blob in memory. The whole header is checked on opening, tensors
 * are mapped one by one when read, so a file may be larger than 2 GiB and only what is read costs
 * memory. F32, F16 and BF16 read as float, I64 and I32 as long; a tensor of another type is refused
 * by name when it is read. Every problem is a {@link UserProblem} that names the file. Reading is
 * safe from several threads; the caller closes.
 */
public final class SafeTensors implements AutoCloseable {
  /** Largest header that readers of the format accept, in bytes. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int CHUNK_BYTES = 1 << 28;
  private static final String COPY_AGAIN = "; the file is damaged: copy or download it again";

  private final String what;
  private final @Nullable FileChannel channel;
  private final Bytes bytes;
  private final long bufferStart;
  private final SafeTensorsHeader header;

  /** Where bytes come from. */
  private interface Bytes {
    ByteBuffer read(long offset, int length) throws IOException;
  }

  private SafeTensors(String what, @Nullable FileChannel channel, Bytes bytes, long size) {
    this.what = what;
    this.channel = channel;
    this.bytes = bytes;
    try {
      int headerBytes = headerBytes(size);
      byte[] json = new byte[headerBytes];
      bytes.read(8, headerBytes).get(json);
      this.bufferStart = 8L + headerBytes;
      this.header = SafeTensorsHeader.parse(json, size - bufferStart);
    } catch (SafeTensorsHeader.Malformed e) {
      throw UserProblem.failure(what + ": " + e.getMessage() + COPY_AGAIN, e);
    } catch (JacksonException e) {
      throw UserProblem.failure(
          what + ": the header is not valid JSON: " + e.getOriginalMessage() + COPY_AGAIN, e);
    } catch (IOException e) {
      throw unreadable(what, e);
    }
  }

  /** Opens and checks a file. */
  public static SafeTensors open(Path file) {
    String what = file.toString();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      FileChannel opened = channel;
      long size = channel.size();
      return new SafeTensors(
          what,
          channel,
          (offset, length) -> opened.map(FileChannel.MapMode.READ_ONLY, offset, length),
          size);
    } catch (IOException e) {
      throw unreadable(what, e);
    } catch (UserProblem e) {
      closeAfter(e, channel);
      throw e;
    }
  }

  /**
   * Reads a blob in memory, which the caller does not write any more.
   *
   * @param what names the blob in messages
   */
  public static SafeTensors of(byte[] blob, String what) {
    Bytes slices = (offset, length) -> ByteBuffer.wrap(blob, (int) offset, length).slice();
    return new SafeTensors(what, null, slices, blob.length);
  }

  /** Names in the order of the header. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  /** True where the file holds this tensor. */
  public boolean has(String name) {
    return header.entries().containsKey(name);
  }

  /** Shape of a tensor; empty for a scalar. */
  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  /** Number of elements of a tensor. */
  public long elements(String name) {
    return entry(name).elements();
  }

  /** Element type of a tensor. */
  public DType dtype(String name) {
    return entry(name).dtype();
  }

  /** The {@code __metadata__} of the file; empty where it has none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** A whole F32, F16 or BF16 tensor, row-major. */
  public float[] floats(String name) {
    float[] values = new float[arrayLength(entry(name))];
    copyFloats(name, 0, FloatBuffer.wrap(values));
    return values;
  }

  /** Copies a whole F32, F16 or BF16 tensor to the target, at its position, which moves on. */
  public void copyFloats(String name, FloatBuffer target) {
    long elements = entry(name).elements();
    if (target.remaining() < elements) {
      throw new IllegalArgumentException(
          "tensor '%s' has %d elements, the target has room for %d"
              .formatted(name, elements, target.remaining()));
    }
    int limit = target.limit();
    copyFloats(name, 0, target.limit(target.position() + (int) elements));
    target.limit(limit);
  }

  /** Copies elements {@code from, from + 1, ...} until the target is full. */
  public void copyFloats(String name, long from, FloatBuffer target) {
    Entry entry = entry(name);
    require(entry, entry.dtype().isFloat(), "F32, F16, BF16");
    if (from < 0 || from > entry.elements() - target.remaining()) {
      throw new IndexOutOfBoundsException(
          "tensor '%s' has %d elements; asked for %d from %d on"
              .formatted(name, entry.elements(), target.remaining(), from));
    }
    int width = entry.dtype().bytes();
    long at = entry.begin() + from * width;
    while (target.hasRemaining()) {
      int count = Math.min(target.remaining(), CHUNK_BYTES / width);
      widen(read(at, count * width), entry.dtype(), target);
      at += (long) count * width;
    }
  }

  /** A whole I64 or I32 tensor, row-major. */
  public long[] longs(String name) {
    Entry entry = entry(name);
    require(entry, entry.dtype().isInteger(), "I64, I32");
    long[] values = new long[arrayLength(entry)];
    ByteBuffer raw = bytes(name);
    if (entry.dtype() == DType.I64) {
      raw.asLongBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = raw.getInt(4 * i);
      }
    }
    return values;
  }

  /** The raw bytes of a tensor of at most 2 GiB, of any type; little-endian and read-only. */
  public ByteBuffer bytes(String name) {
    Entry entry = entry(name);
    if (entry.end() - entry.begin() > Integer.MAX_VALUE) {
      throw UserProblem.failure(
          "%s: tensor '%s' has %d bytes, more than one Java buffer can hold"
              .formatted(what, name, entry.end() - entry.begin()));
    }
    return read(entry.begin(), (int) (entry.end() - entry.begin()));
  }

  /** Streams the raw bytes of a tensor of any size and type, in pieces. */
  void forEachChunk(String name, Consumer<ByteBuffer> consumer) {
    Entry entry = entry(name);
    for (long at = entry.begin(); at < entry.end(); at += CHUNK_BYTES) {
      consumer.accept(read(at, (int) Math.min(CHUNK_BYTES, entry.end() - at)));
    }
  }

  /** Writes the raw bytes of a tensor of any size and type to a channel. */
  void copyTo(String name, WritableByteChannel out) throws IOException {
    Entry entry = entry(name);
    for (long at = entry.begin(); at < entry.end(); at += CHUNK_BYTES) {
      ByteBuffer chunk = read(at, (int) Math.min(CHUNK_BYTES, entry.end() - at));
      while (chunk.hasRemaining()) {
        out.write(chunk);
      }
    }
  }

  /** File or blob name, for messages. */
  public String what() {
    return what;
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw unreadable(what, e);
      }
    }
  }

  private int headerBytes(long size) throws IOException {
    if (size < 8) {
      throw new SafeTensorsHeader.Malformed(
          "not a safetensors file: it has %d bytes, the header length alone takes 8"
              .formatted(size));
    }
    long length = bytes.read(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new SafeTensorsHeader.Malformed(
          "not a safetensors file: it claims a header of %s bytes, the limit is %d"
              .formatted(Long.toUnsignedString(length), MAX_HEADER_BYTES));
    }
    if (length > size - 8) {
      throw new SafeTensorsHeader.Malformed(
          "truncated: it promises a header of %d bytes, the file has %d after the length field"
              .formatted(length, size - 8));
    }
    return (int) length;
  }

  private Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw UserProblem.failure(
          "%s: no tensor '%s' among its %d tensors".formatted(what, name, header.entries().size()));
    }
    return entry;
  }

  private void require(Entry entry, boolean fits, String wanted) {
    if (!fits) {
      String remedy =
          entry.dtype().isReadable()
              ? ""
              : "; Winnow reads " + DType.readable() + ": convert the tensor to one of them";
      throw UserProblem.failure(
          "%s: tensor '%s' has dtype %s, expected %s%s"
              .formatted(what, entry.name(), entry.dtype(), wanted, remedy));
    }
  }

  private int arrayLength(Entry entry) {
    if (entry.elements() > Integer.MAX_VALUE - 8) {
      throw UserProblem.failure(
          "%s: tensor '%s' has %d elements, more than one Java array can hold"
              .formatted(what, entry.name(), entry.elements()));
    }
    return (int) entry.elements();
  }

  private ByteBuffer read(long offset, int length) {
    try {
      ByteBuffer raw = bytes.read(bufferStart + offset, length);
      return raw.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw unreadable(what, e);
    }
  }

  private static void widen(ByteBuffer raw, DType dtype, FloatBuffer target) {
    if (dtype == DType.F32) {
      target.put(raw.asFloatBuffer());
      return;
    }
    ShortBuffer halves = raw.asShortBuffer();
    boolean brain = dtype == DType.BF16;
    while (halves.hasRemaining()) {
      short bits = halves.get();
      target.put(brain ? HalfFloat.fromBf16(bits) : HalfFloat.fromF16(bits));
    }
  }

  private static UserProblem unreadable(String what, IOException e) {
    return FileProblems.unreadable(what, e);
  }

  private static void closeAfter(UserProblem problem, FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      problem.addSuppressed(e);
    }
  }
}
