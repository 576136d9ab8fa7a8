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
   * Merges over a vocabulary.
   *
   * @param byteIds as {@link #byteIds} has them
   */
  ByteLevelBpe(Vocabulary vocabulary, int[] byteIds, PairMerges merges, Prefix prefix) {
    this.merges = merges;
    this.prefix = prefix;
    this.byteIds = byteIds.clone();
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

  /**
   * The ids of the bytes 0 to 255.
   *
   * @param file named in the problem of a vocabulary that lacks one
   */
  static int[] byteIds(Vocabulary vocabulary, Path file) {
    int[] ids = new int[256];
    for (int b = 0; b < 256; b++) {
      ids[b] = vocabulary.id(String.valueOf(ByteAlphabet.character(b)));
      if (ids[b] < 0) {
        throw UserProblem.failure(
            "%s has no token \"%s\" for byte 0x%02X: not a byte-level vocabulary; copy the file again"
                .formatted(file, ByteAlphabet.character(b), b));
      }
    }
    return ids;
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
        int origin = Math.max(at + shift, from);
        int last = Math.max(end + shift, origin + Character.charCount(text.codePointAt(origin)));
        addBytes(part.substring(at, end), origin, last, symbols);
        at = end;
      }
      merges.apply(symbols);
      symbols.forEach((id, s, e) -> add(text, new int[] {id, s, e}, out));
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

  /** Adds a token {id, start, end} without the spaces around it, but for one that was put there. */
  private void add(String text, int[] token, TokenBuffer out) {
    int id = token[0];
    int end = token[2];
    boolean putThere = token[1] == 0 && leading[id] == 1 && prefix == Prefix.SPACE;
    int start = token[1];
    for (int n = putThere ? 0 : leading[id]; n > 0 && start < end; n--) {
      start += Character.charCount(text.codePointAt(start));
    }
    for (int n = trailing[id]; n > 0 && end > start; n--) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    out.add(id, start, end);
  }

  @Override
  public String text(List<String> tokens) {
    return ByteAlphabet.text(tokens);
  }
}
