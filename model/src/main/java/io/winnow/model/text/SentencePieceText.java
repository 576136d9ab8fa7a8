package io.winnow.model.text;

import io.winnow.model.text.SentencePieceModel.Kind;

/**
 * Normalises text as SentencePiece does before it looks for pieces: the file's character map (which
 * leaves user-defined pieces alone), extra spaces removed where the file says so, spaces written as
 * {@link #SPACE}, and one of them before the text.
 */
final class SentencePieceText {
  /** Stands for a space in pieces. */
  static final char SPACE = '\u2581';

  /** Where a space goes before a text. */
  enum Prefix {
    /** Before every text, also one that begins with a space. */
    ALWAYS,
    /** Before every text that does not begin with a space. */
    UNLESS_THERE,
    /** The same, but only at the very beginning, not after a special token. */
    FIRST,
    NEVER
  }

  private final CharsMap charsMap;
  private final PieceTrie userDefined;
  private final boolean removesExtraSpaces;
  private final Prefix prefix;

  SentencePieceText(SentencePieceModel model, Prefix prefix) {
    charsMap = model.charsMap();
    userDefined = model.trie(Kind.USER_DEFINED);
    removesExtraSpaces = model.normalizer().removesExtraSpaces();
    this.prefix = prefix;
  }

  AlignedText normalize(String text, int from, int to) {
    int start = from;
    int end = to;
    if (removesExtraSpaces) {
      while (start < end && Characters.isWhiteSpace(text.charAt(start))) {
        start++;
      }
      while (start < end && Characters.isWhiteSpace(text.charAt(end - 1))) {
        end--;
      }
    }
    AlignedText body = mapped(text, start, end);
    if (body.length() == 0 || !prefixed(body, from)) {
      return body;
    }
    AlignedText all = new AlignedText(body.length() + 1);
    all.append(SPACE, body.start(0), body.end(0));
    for (int i = 0; i < body.length(); i++) {
      all.append(body.charAt(i), body.start(i), body.end(i));
    }
    return all;
  }

  /** Whether decoding has to take a space away again. */
  boolean prefixes() {
    return prefix != Prefix.NEVER;
  }

  private boolean prefixed(AlignedText body, int from) {
    return switch (prefix) {
      case ALWAYS -> true;
      case UNLESS_THERE -> body.charAt(0) != SPACE;
      case FIRST -> from == 0 && body.charAt(0) != SPACE;
      case NEVER -> false;
    };
  }

  private AlignedText mapped(String text, int from, int to) {
    AlignedText out = new AlignedText(to - from);
    for (int at = from; at < to; ) {
      int kept = longest(userDefined, text, at, to);
      CharsMap.Match match = kept > at ? new CharsMap.Match(-1, 0) : charsMap.longest(text, at, to);
      if (match.end() > at) {
        write(out, charsMap.replacement(match), at, match.end());
        boolean oneSpace = removesExtraSpaces && text.startsWith("\r\n", at);
        at = oneSpace ? at + 2 : match.end();
      } else {
        int next = Character.charCount(text.codePointAt(at)) + at;
        next = Math.max(kept, next);
        for (int i = at; i < next; ) {
          int end = i + Character.charCount(text.codePointAt(i));
          write(out, text.substring(i, end), i, end);
          i = end;
        }
        at = next;
      }
    }
    return out;
  }

  private void write(AlignedText out, String text, int start, int end) {
    for (int i = 0; i < text.length(); i++) {
      boolean space = text.charAt(i) == ' ';
      boolean extra =
          space && removesExtraSpaces && out.length() > 0 && out.charAt(out.length() - 1) == SPACE;
      if (extra) {
        out.moveLast(start, end);
      } else {
        out.append(space ? SPACE : text.charAt(i), start, end);
      }
    }
  }

  /** The end of the longest piece at text[from, to); {@code from} where there is none. */
  static int longest(PieceTrie trie, CharSequence text, int from, int to) {
    int longest = from;
    int node = trie.isEmpty() ? -1 : PieceTrie.ROOT;
    for (int at = from; node >= 0 && at < to; ) {
      node = trie.step(node, text.charAt(at++));
      longest = node >= 0 && trie.id(node) >= 0 ? at : longest;
    }
    return longest;
  }
}
