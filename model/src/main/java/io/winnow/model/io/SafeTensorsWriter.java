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
 * Collects F32 and I64 tensors and writes them as safetensors, the bytes the reference
 * implementation writes: widest type first, then by name, header padded with spaces to a multiple
 * of 8. Arrays are not copied until they are written. Not thread-safe.
 */
public final class SafeTensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNK_BYTES = 1 << 20;

  private final Map<String, Tensor> tensors = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  /** One tensor: exactly one of the arrays is set. */
  private record Tensor(String name, DType dtype, long[] shape, Object values) {
    int length() {
      return dtype == DType.F32 ? ((float[]) values).length : ((long[]) values).length;
    }

    long bytes() {
      return (long) length() * dtype.bytes();
    }
  }

  /** Adds an F32 tensor, row-major. */
  public SafeTensorsWriter floats(String name, float[] values, long... shape) {
    return add(new Tensor(name, DType.F32, shape.clone(), values));
  }

  /** Adds an I64 tensor, row-major. */
  public SafeTensorsWriter longs(String name, long[] values, long... shape) {
    return add(new Tensor(name, DType.I64, shape.clone(), values));
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

  private SafeTensorsWriter add(Tensor tensor) {
    long elements = Arrays.stream(tensor.shape()).reduce(1, Math::multiplyExact);
    if (elements != tensor.length()) {
      throw new IllegalArgumentException(
          "tensor '%s' of shape %s needs %d values, got %d"
              .formatted(
                  tensor.name(), Arrays.toString(tensor.shape()), elements, tensor.length()));
    }
    if (tensor.name().equals("__metadata__") || tensors.put(tensor.name(), tensor) != null) {
      throw new IllegalArgumentException("tensor name '" + tensor.name() + "' is taken");
    }
    return this;
  }

  private List<Tensor> inFileOrder() {
    return tensors.values().stream()
        .sorted(
            Comparator.comparingInt((Tensor t) -> -t.dtype().bytes()).thenComparing(Tensor::name))
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
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(header.length);
    flush(buffer, out);
    writeFully(ByteBuffer.wrap(header), out);
    for (Tensor tensor : inFileOrder()) {
      write(tensor, buffer, out);
    }
  }

  private static void write(Tensor tensor, ByteBuffer buffer, WritableByteChannel out)
      throws IOException {
    int width = tensor.dtype().bytes();
    int step = CHUNK_BYTES / width;
    for (int from = 0; from < tensor.length(); from += step) {
      int count = Math.min(step, tensor.length() - from);
      if (tensor.dtype() == DType.F32) {
        buffer.asFloatBuffer().put((float[]) tensor.values(), from, count);
      } else {
        buffer.asLongBuffer().put((long[]) tensor.values(), from, count);
      }
      buffer.position(count * width);
      flush(buffer, out);
    }
  }

  private static void flush(ByteBuffer buffer, WritableByteChannel out) throws IOException {
    writeFully(buffer.flip(), out);
    buffer.clear();
  }

  private static void writeFully(ByteBuffer buffer, WritableByteChannel out) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }
}
