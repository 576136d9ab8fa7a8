package io.winnow.model.text;

import java.nio.charset.StandardCharsets;

/** Writes characters without a piece as the pieces of their bytes. */
final class ByteFallback {
  private ByteFallback() {}

  /** Adds the bytes of text[from, to); all bytes of a character have its range. */
  static void write(AlignedText text, int from, int to, int[] byteIds, TokenBuffer out) {
    for (int at = from; at < to; ) {
      int end = text.characterEnd(at);
      byte[] bytes = text.subSequence(at, end).toString().getBytes(StandardCharsets.UTF_8);
      for (byte b : bytes) {
        out.add(byteIds[b & 0xff], text.start(at), text.end(end - 1));
      }
      at = end;
    }
  }
}
