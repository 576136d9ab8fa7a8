package io.winnow.model.text;

import java.nio.charset.StandardCharsets;

/**
 * The precompiled normalisation of a SentencePiece file: a double-array trie (Darts) over UTF-8
 * bytes, whose values are offsets into replacements that each end with a zero byte. Of the keys
 * that begin at a character the longest holds.
 */
final class CharsMap {
  /** Leaves every character as it is. */
  static final CharsMap NONE = new CharsMap(new int[0], new byte[0]);

  private final int[] units;
  private final byte[] replacements;

  private CharsMap(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  /** Reads the blob of the file: u32 size of the trie in bytes, trie, replacements. */
  static CharsMap read(byte[] blob) throws ProtobufReader.Damaged {
    if (blob.length == 0) {
      return NONE;
    }
    long size = blob.length < 4 ? -1 : u32(blob, 0) & 0xffffffffL;
    if (size < 4 || size % 4 != 0 || size >= blob.length - 4) {
      throw new ProtobufReader.Damaged(
          "a precompiled charsmap of %d bytes with a trie of %d".formatted(blob.length, size), 0);
    }
    int[] units = new int[(int) size / 4];
    for (int i = 0; i < units.length; i++) {
      units[i] = u32(blob, 4 + 4 * i);
    }
    byte[] replacements = new byte[blob.length - 4 - (int) size];
    System.arraycopy(blob, 4 + (int) size, replacements, 0, replacements.length);
    return new CharsMap(units, replacements);
  }

  private static int u32(byte[] b, int at) {
    return b[at] & 0xff
        | (b[at + 1] & 0xff) << 8
        | (b[at + 2] & 0xff) << 16
        | (b[at + 3] & 0xff) << 24;
  }

  /** The end of the longest key at text[from, to), and where its replacement is. */
  record Match(int end, int replacement) {}

  private static final Match MISS = new Match(-1, 0);

  /** The longest key that begins at {@code from}; its end is -1 where there is none. */
  Match longest(String text, int from, int to) {
    if (units.length == 0) {
      return MISS;
    }
    Match best = MISS;
    int node = offset(units[0]);
    for (int at = from; at < to; ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      for (int shift = 6 * (utf8Length(c) - 1); shift >= 0; shift -= 6) {
        int label = utf8Byte(c, shift);
        int next = node ^ label;
        if (next >= units.length || (units[next] & 0x800000ff) != label) {
          return best;
        }
        node = next ^ offset(units[next]);
        if ((units[next] >>> 8 & 1) == 1 && shift == 0 && node < units.length) {
          best = new Match(at, units[node] & 0x7fffffff);
        }
      }
    }
    return best;
  }

  /** The replacement that a match names. */
  String replacement(Match match) {
    int from = Math.min(match.replacement, replacements.length);
    int end = from;
    while (end < replacements.length && replacements[end] != 0) {
      end++;
    }
    return new String(replacements, from, end - from, StandardCharsets.UTF_8);
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  /** The byte of a character's UTF-8 form that holds its bits from {@code shift} on. */
  private static int utf8Byte(int c, int shift) {
    int length = utf8Length(c);
    if (length == 1) {
      return c;
    }
    int bits = c >>> shift & 0x3f;
    boolean first = shift == 6 * (length - 1);
    return first ? 0xf00 >>> length & 0xff | bits : 0x80 | bits;
  }
}
