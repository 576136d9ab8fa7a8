package io.winnow.model.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON header of a safetensors file, checked completely: shape of the JSON, duplicate keys,
 * sizes against types and shapes, and that the tensors cover the buffer without holes or overlap.
 */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

  /** One tensor; {@code begin} and {@code end} are byte offsets in the buffer. */
  record Entry(String name, DType dtype, long[] shape, long elements, long begin, long end) {}

  /** What is wrong with a header; the caller adds the file's name and the remedy. */
  static final class Malformed extends IOException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Parses and checks a header.
   *
   * @param bufferBytes bytes of the file after the header
   * @throws IOException {@link Malformed}, or Jackson's exception for text that is not JSON
   */
  static SafeTensorsHeader parse(byte[] header, long bufferBytes) throws IOException {
    if (header.length == 0 || header[0] != '{') {
      throw new Malformed("the header does not start with '{'");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new TreeMap<>();
    try (JsonParser json = JSON.createParser(decode(header))) {
      json.nextToken();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("__metadata__")) {
          metadata.putAll(metadata(json));
        } else {
          entries.put(name, entry(name, json));
        }
      }
      if (json.nextToken() != null) {
        throw new Malformed("the header goes on after its closing '}'");
      }
    }
    checkLayout(entries, bufferBytes);
    return new SafeTensorsHeader(entries, Map.copyOf(metadata));
  }

  private static String decode(byte[] header) throws IOException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      Malformed malformed = new Malformed("the header is not UTF-8 text");
      malformed.initCause(e);
      throw malformed;
    }
  }

  private static Map<String, String> metadata(JsonParser json) throws IOException {
    expect(json, JsonToken.START_OBJECT, "__metadata__");
    Map<String, String> metadata = new TreeMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      expect(json, JsonToken.VALUE_STRING, "__metadata__." + key);
      metadata.put(key, json.getText());
    }
    return metadata;
  }

  private static Entry entry(String name, JsonParser json) throws IOException {
    String where = "tensor '" + name + "'";
    expect(json, JsonToken.START_OBJECT, where);
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> dtype = dtype(where, json);
        case "shape" -> shape = counts(where + ", shape", json);
        case "data_offsets" -> offsets = counts(where + ", data_offsets", json);
        default -> throw new Malformed(where + " has an unknown field '" + key + "'");
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw new Malformed(where + " lacks one of dtype, shape, data_offsets");
    }
    if (offsets.length != 2 || offsets[1] < offsets[0]) {
      throw new Malformed(where + ": data_offsets must be [begin, end] with begin <= end");
    }
    return sized(new Entry(name, dtype, shape, 0, offsets[0], offsets[1]));
  }

  private static Entry sized(Entry e) throws Malformed {
    long elements = 1;
    long bits;
    try {
      for (long size : e.shape()) {
        elements = Math.multiplyExact(elements, size);
      }
      bits = Math.multiplyExact(elements, (long) e.dtype().bits());
    } catch (ArithmeticException overflow) {
      throw new Malformed("tensor '" + e.name() + "': its shape overflows 64 bits");
    }
    long length = e.end() - e.begin();
    if (bits % 8 != 0 || bits / 8 != length) {
      throw new Malformed(
          "tensor '%s': shape and %s need %d bytes, data_offsets give %d"
              .formatted(e.name(), e.dtype(), bits / 8, length));
    }
    return new Entry(e.name(), e.dtype(), e.shape(), elements, e.begin(), e.end());
  }

  private static DType dtype(String where, JsonParser json) throws IOException {
    expect(json, JsonToken.VALUE_STRING, where + ", dtype");
    String name = json.getText();
    try {
      return DType.valueOf(name);
    } catch (IllegalArgumentException unknown) {
      throw new Malformed(where + " has the unknown dtype '" + name + "'");
    }
  }

  private static long[] counts(String where, JsonParser json) throws IOException {
    expect(json, JsonToken.START_ARRAY, where);
    List<Long> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json, JsonToken.VALUE_NUMBER_INT, where);
      long value = json.getLongValue();
      if (value < 0) {
        throw new Malformed(where + " holds the negative number " + value);
      }
      values.add(value);
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static void expect(JsonParser json, JsonToken token, String where) throws IOException {
    if (json.currentToken() != token) {
      throw new Malformed(where + ": expected " + token + ", found " + json.currentToken());
    }
  }

  private static void checkLayout(Map<String, Entry> entries, long bufferBytes) throws Malformed {
    List<Entry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry entry : inOrder) {
      if (entry.begin() != at) {
        throw new Malformed(
            "tensor '%s' begins at byte %d of the buffer, the one before it ends at %d (%s)"
                .formatted(
                    entry.name(), entry.begin(), at, entry.begin() < at ? "overlap" : "hole"));
      }
      at = entry.end();
    }
    if (at > bufferBytes) {
      throw new Malformed(
          "truncated: the header promises %d bytes of tensors, the file has %d"
              .formatted(at, bufferBytes));
    }
    if (at < bufferBytes) {
      throw new Malformed((bufferBytes - at) + " bytes follow the last tensor");
    }
  }
}
