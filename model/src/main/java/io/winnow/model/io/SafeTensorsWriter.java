package io.winnow.model.io;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects tensors and writes them as safetensors, the bytes the reference implementation writes:
 * widest type first, then by name, header padded with spaces to a multiple of 8. Arrays are not
 * copied until they are written, streamed tensors not even made. Not thread-safe.
 */
public final class SafeTensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNK_BYTES = 1 << 20;

  private final Map<String, Tensor> tensors = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  /** One tensor: the bytes of its values, little-endian, are made while it is written. */
  private record Tensor(String name, DType dtype, long[] shape, AtomicFile.Content values) {
    long bytes() {
      return elements(shape) * dtype.bits() / Byte.SIZE;
    }
  }

  /** Adds an F32 tensor, row-major. */
  public SafeTensorsWriter floats(String name, float[] values, long... shape) {
    requireSize(name, values.length, shape);
    return add(
        new Tensor(
            name,
            DType.F32,
            shape.clone(),
            out -> new FloatChannel(out, DType.F32, name).write(values, values.length)));
  }

  /** Adds an I64 tensor, row-major. */
  public SafeTensorsWriter longs(String name, long[] values, long... shape) {
    requireSize(name, values.length, shape);
    return add(new Tensor(name, DType.I64, shape.clone(), out -> write(values, out)));
  }

  /**
   * Adds a tensor whose bytes, little-endian and row-major, are made when it is written: a file may
   * be larger than memory.
   */
  public SafeTensorsWriter streamed(
      String name, DType dtype, long[] shape, AtomicFile.Content values) {
    return add(new Tensor(name, dtype, shape.clone(), values));
  }

  /** Adds an entry of {@code __metadata__}. */
  public SafeTensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** The file as bytes. */
  public byte[] toBytes() {
    byte[] header = header();
    long size = 8L + header.length + tensors.values().stream().mapToLong(Tensor::bytes).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(size));
    try {
      writeTo(Channels.newChannel(out), header);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** Writes the file atomically: either all of it is there under its name, or nothing changed. */
  public void writeFile(Path file) {
    AtomicFile.write(file, channel -> writeTo(channel, header()));
  }

  private static void requireSize(String name, int length, long[] shape) {
    if (elements(shape) != length) {
      throw new IllegalArgumentException(
          "tensor '%s' of shape %s needs %d values, got %d"
              .formatted(name, Arrays.toString(shape), elements(shape), length));
    }
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private SafeTensorsWriter add(Tensor tensor) {
    if (tensor.name().equals("__metadata__") || tensors.put(tensor.name(), tensor) != null) {
      throw new IllegalArgumentException("tensor name '" + tensor.name() + "' is taken");
    }
    return this;
  }

  private List<Tensor> inFileOrder() {
    return tensors.values().stream()
        .sorted(
            Comparator.comparingInt((Tensor t) -> -t.dtype().bits()).thenComparing(Tensor::name))
        .toList();
  }

  private byte[] header() {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long at = 0;
    for (Tensor tensor : inFileOrder()) {
      ObjectNode node = root.putObject(tensor.name());
      node.put("dtype", tensor.dtype().name());
      ArrayNode shape = node.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
      node.putArray("data_offsets").add(at).add(at + tensor.bytes());
      at += tensor.bytes();
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private void writeTo(WritableByteChannel out, byte[] header) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    writeFully(length.putLong(header.length).flip(), out);
    writeFully(ByteBuffer.wrap(header), out);
    for (Tensor tensor : inFileOrder()) {
      Counted counted = new Counted(out);
      tensor.values().writeTo(counted);
      if (counted.bytes != tensor.bytes()) {
        throw new IllegalStateException(
            "tensor '%s' has %d bytes, %d were written"
                .formatted(tensor.name(), tensor.bytes(), counted.bytes));
      }
    }
  }

  private static void write(long[] values, WritableByteChannel out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int step = CHUNK_BYTES / Long.BYTES;
    for (int from = 0; from < values.length; from += step) {
      int count = Math.min(step, values.length - from);
      buffer.clear().asLongBuffer().put(values, from, count);
      writeFully(buffer.limit(count * Long.BYTES), out);
    }
  }

  private static void writeFully(ByteBuffer buffer, WritableByteChannel out) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  /** Counts what goes through. */
  private static final class Counted implements WritableByteChannel {
    private final WritableByteChannel out;
    private long bytes;

    Counted(WritableByteChannel out) {
      this.out = out;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int written = out.write(source);
      bytes += written;
      return written;
    }

    @Override
    public boolean isOpen() {
      return out.isOpen();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
