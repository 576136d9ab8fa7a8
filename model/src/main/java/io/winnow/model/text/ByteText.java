package io.winnow.model.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pieces that stand for one byte, written {@code <0x0A>}. */
final class ByteText {
  private ByteText() {}

  /** The byte of such a piece, 0 to 255; -1 for any other piece. */
  static int value(String piece) {
    if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(piece.charAt(3), 16);
    int low = Character.digit(piece.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
  }

  /**
   * Joins tokens; each run of bytes becomes the text that they are in UTF-8, or one U+FFFD per byte
   * where they are none.
   */
  static String join(List<String> tokens) {
    StringBuilder text = new StringBuilder();
    byte[] run = new byte[tokens.size()];
    int length = 0;
    for (String token : tokens) {
      int value = value(token);
      if (value >= 0) {
        run[length++] = (byte) value;
        continue;
      }
      text.append(decode(run, length)).append(token);
      length = 0;
    }
    return text.append(decode(run, length)).toString();
  }

  private static CharSequence decode(byte[] run, int length) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run, 0, length));
    } catch (CharacterCodingException e) {
      return "\uFFFD".repeat(length);
    }
  }
}
