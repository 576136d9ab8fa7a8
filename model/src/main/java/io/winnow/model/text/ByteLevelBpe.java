package io.winnow.model.text;

import io.winnow.model.compute.UserProblem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Byte-level BPE of GPT-2, RoBERTa and BART: text is cut into words by GPT-2's pattern, a word's
 * UTF-8 bytes are merged by the ranks of merges.txt. Every text has tokens; offsets leave out the
 * space before a word.
 */
final class ByteLevelBpe implements Pieces {
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
              + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

  /** Whether a space is put before a text that has none. */
  enum Prefix {
    SPACE,
    NONE
  }

  private final PairMerges merges;
  private final int[] byteIds;
  private final int[] leading;
  private final int[] trailing;
  private final Prefix prefix;

  /**
   * The merges of a file over a vocabulary.
   *
   * @param file names the vocabulary in the problem of a byte that it lacks
   */
  ByteLevelBpe(Vocabulary vocabulary, PairMerges merges, Prefix prefix, Path file) {
    this.merges = merges;
    this.prefix = prefix;
    byteIds = new int[256];
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.id(String.valueOf(ByteAlphabet.character(b)));
      if (byteIds[b] < 0) {
        throw UserProblem.failure(
            "%s has no token \"%s\" for byte 0x%02X: not a byte-level vocabulary; copy the file again"
                .formatted(file, ByteAlphabet.character(b), b));
      }
    }
    leading = new int[vocabulary.size()];
    trailing = new int[vocabulary.size()];
    for (int id = 0; id < leading.length; id++) {
      String token = vocabulary.token(id);
      while (token != null && spaceAt(token, leading[id])) {
        leading[id]++;
      }
      while (token != null && spaceAt(token, token.length() - 1 - trailing[id])) {
        trailing[id]++;
      }
    }
  }

  private static boolean spaceAt(String token, int at) {
    return at >= 0 && at < token.length() && token.charAt(at) == ByteAlphabet.SPACE;
  }

  @Override
  public void split(String text, int from, int to, TokenBuffer out) {
    boolean added = prefix == Prefix.SPACE && text.charAt(from) != ' ';
    String part = (added ? " " : "") + text.substring(from, to);
    int shift = added ? from - 1 : from;
    Symbols symbols = new Symbols(64);
    Matcher words = WORD.matcher(part);
    while (words.find()) {
      symbols.clear();
      for (int at = words.start(); at < words.end(); ) {
        int end = at + Character.charCount(part.codePointAt(at));
        addBytes(part.substring(at, end), Math.max(at + shift, from), end + shift, symbols);
        at = end;
      }
      merges.apply(symbols);
      symbols.forEach((id, s, e) -> add(id, s, Math.max(e, s), out));
    }
  }

  private void addBytes(String character, int start, int end, Symbols symbols) {
    if (character.charAt(0) < 0x80) {
      symbols.add(byteIds[character.charAt(0)], start, end);
      return;
    }
    for (byte b : character.getBytes(StandardCharsets.UTF_8)) {
      symbols.add(byteIds[b & 0xff], start, end);
    }
  }

  private void add(int id, int start, int end, TokenBuffer out) {
    boolean putThere = start == 0 && prefix == Prefix.SPACE;
    int first = putThere ? start : Math.min(start + leading[id], end);
    out.add(id, first, Math.max(first, end - trailing[id]));
  }

  @Override
  public String text(List<String> tokens) {
    return ByteAlphabet.text(tokens);
  }
}
