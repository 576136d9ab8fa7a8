package io.winnow.model.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes SentencePiece files for tests, and takes the character map out of one. */
final class SentencePieceBytes {
  private SentencePieceBytes() {}

  /** The precompiled charsmap of a model file. */
  static byte[] charsMap(byte[] file) {
    try {
      ProtobufReader in = new ProtobufReader(file);
      for (int field = in.next(); field != 0; field = in.next()) {
        if (field != 3) {
          in.skip();
          continue;
        }
        ProtobufReader normalizer = in.message();
        for (int f = normalizer.next(); f != 0; f = normalizer.next()) {
          if (f == 2) {
            return normalizer.byteValue();
          }
          normalizer.skip();
        }
      }
      return new byte[0];
    } catch (ProtobufReader.Damaged e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A model file.
   *
   * @param pieces text, score, number of the kind (1 normal, 2 unknown, 3 control, 4 user-defined,
   *     6 byte)
   * @param algorithm 1 Unigram, 2 BPE
   */
  static byte[] write(List<Object[]> pieces, int algorithm, boolean byteFallback, byte[] charsMap) {
    Message model = new Message();
    for (Object[] piece : pieces) {
      Message message = new Message();
      message.bytes(1, ((String) piece[0]).getBytes(StandardCharsets.UTF_8));
      message.fixed(2, Float.floatToIntBits(((Number) piece[1]).floatValue()));
      model.bytes(1, message.number(3, (Integer) piece[2]).out.toByteArray());
    }
    Message trainer = new Message().number(3, algorithm).number(35, byteFallback ? 1 : 0);
    int unknown = 0;
    while ((Integer) pieces.get(unknown)[2] != 2) {
      unknown++;
    }
    model.bytes(2, trainer.number(40, unknown).out.toByteArray());
    Message normalizer = new Message().number(3, 1).number(4, algorithm == 1 ? 1 : 0);
    model.bytes(3, normalizer.bytes(2, charsMap).out.toByteArray());
    return model.out.toByteArray();
  }

  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint(field << 3);
      varint(value);
      return this;
    }

    Message fixed(int field, int bits) {
      varint(field << 3 | 5);
      for (int shift = 0; shift < 32; shift += 8) {
        out.write(bits >>> shift);
      }
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint(field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long rest = value;
      while (rest > 0x7f) {
        out.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
