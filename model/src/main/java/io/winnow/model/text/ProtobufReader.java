package io.winnow.model.text;

import java.nio.charset.StandardCharsets;

/**
 * Reads a protobuf message field by field. Every read is checked against the end of the message: a
 * damaged one ends in {@link Damaged}, never in a read beyond it.
 */
final class ProtobufReader {
  /** The bytes are not a message; says at which byte. */
  static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String what, int at) {
      super("%s at byte %d".formatted(what, at));
    }
  }

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int wireType;

  ProtobufReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private ProtobufReader(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Goes to the next field and returns its number; 0 at the end of the message. */
  int next() throws Damaged {
    if (at == end) {
      return 0;
    }
    long key = varint();
    wireType = (int) (key & 7);
    long field = key >>> 3;
    if (field < 1 || field > 0x1fffffff) {
      throw new Damaged("a field of number " + field, at);
    }
    return (int) field;
  }

  /** The value of a field that holds a number or a switch. */
  int intValue() throws Damaged {
    require(VARINT);
    return (int) varint();
  }

  /** The value of a field that holds a float. */
  float floatValue() throws Damaged {
    require(FIXED32);
    int from = take(4);
    int bits = 0;
    for (int i = 3; i >= 0; i--) {
      bits = bits << 8 | bytes[from + i] & 0xff;
    }
    return Float.intBitsToFloat(bits);
  }

  /** The value of a field that holds text. */
  String text() throws Damaged {
    int length = length();
    return new String(bytes, take(length), length, StandardCharsets.UTF_8);
  }

  /** The value of a field that holds bytes. */
  byte[] byteValue() throws Damaged {
    int length = length();
    byte[] value = new byte[length];
    System.arraycopy(bytes, take(length), value, 0, length);
    return value;
  }

  /** The value of a field that holds a message. */
  ProtobufReader message() throws Damaged {
    int length = length();
    int from = take(length);
    return new ProtobufReader(bytes, from, from + length);
  }

  /** Passes over the value of a field. */
  void skip() throws Damaged {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> take(8);
      case BYTES -> take(length());
      case FIXED32 -> take(4);
      default -> throw new Damaged("a value of unknown wire type " + wireType, at);
    }
  }

  private int length() throws Damaged {
    require(BYTES);
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new Damaged("a value of %d bytes where %d are left".formatted(length, end - at), at);
    }
    return (int) length;
  }

  private int take(int count) throws Damaged {
    if (count > end - at) {
      throw new Damaged("the end", at);
    }
    at += count;
    return at - count;
  }

  private long varint() throws Damaged {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = bytes[take(1)];
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new Damaged("a number of more than 10 bytes", at);
  }

  private void require(int expected) throws Damaged {
    if (wireType != expected) {
      throw new Damaged(
          "a value of wire type %d where %d belongs".formatted(wireType, expected), at);
    }
  }
}
