package io.winnow.model.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The printable characters that GPT-2 writes bytes as: printable Latin-1 as itself, the other bytes
 * in order from U+0100 on (a space is U+0120).
 */
final class ByteAlphabet {
  /** A space. */
  static final char SPACE = '\u0120';

  private static final char[] CHARACTERS = new char[256];
  private static final int[] BYTES = new int[0x200];

  static {
    Arrays.fill(BYTES, -1);
    char next = '\u0100';
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xFF && b != 0xAD;
      CHARACTERS[b] = printable ? (char) b : next++;
      BYTES[CHARACTERS[b]] = b;
    }
  }

  private ByteAlphabet() {}

  /** The character of a byte, 0 to 255. */
  static char character(int b) {
    return CHARACTERS[b];
  }

  /** The text that these tokens spell in UTF-8; what is no UTF-8 becomes U+FFFD. */
  static String text(List<String> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String token : tokens) {
      boolean spelled = token.chars().allMatch(c -> c < BYTES.length && BYTES[c] >= 0);
      if (spelled) {
        token.chars().forEach(c -> bytes.write(BYTES[c]));
      } else {
        bytes.writeBytes(token.getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
