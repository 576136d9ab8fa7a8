package io.winnow.model.text;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;

/**
 * BERT's WordPiece: control characters removed, Chinese characters apart, lower case without
 * accents where the model is uncased; words and single punctuation characters, each written by the
 * longest pieces from the left, {@code ##} before all but the first. A word that cannot be written
 * so, or of more than 100 characters, is unknown.
 */
final class WordPiece implements Pieces {
  private static final int LONGEST_WORD = 100;
  private static final String INNER = "##";

  /** Whether upper and lower case are told apart. */
  enum Casing {
    CASED,
    UNCASED
  }

  private final PieceTrie first = new PieceTrie(1 << 12);
  private final PieceTrie inner = new PieceTrie(1 << 12);
  private final int unknown;
  private final Casing casing;

  WordPiece(Vocabulary vocabulary, int unknown, Casing casing) {
    this.unknown = unknown;
    this.casing = casing;
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.token(id);
      if (token == null || token.isEmpty()) {
        continue;
      }
      first.add(token, id);
      if (token.startsWith(INNER) && token.length() > INNER.length()) {
        inner.add(token.substring(INNER.length()), id);
      }
    }
  }

  @Override
  public void split(String text, int from, int to, TokenBuffer out) {
    AlignedText normal = normalize(text, from, to);
    for (int at = 0; at < normal.length(); ) {
      int c = Character.codePointAt(normal, at);
      int end = at + Character.charCount(c);
      if (Characters.isWhiteSpace(c)) {
        at = end;
        continue;
      }
      if (!isPunctuation(c)) {
        end = wordEnd(normal, end);
      }
      word(normal, at, end, out);
      at = end;
    }
  }

  private static int wordEnd(AlignedText text, int from) {
    int end = from;
    while (end < text.length()) {
      int c = Character.codePointAt(text, end);
      if (Characters.isWhiteSpace(c) || isPunctuation(c)) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  private void word(AlignedText text, int from, int to, TokenBuffer out) {
    TokenBuffer pieces = new TokenBuffer();
    boolean known = Character.codePointCount(text, from, to) <= LONGEST_WORD;
    for (int at = from; known && at < to; ) {
      PieceTrie trie = at == from ? first : inner;
      int end = SentencePieceText.longest(trie, text, at, to);
      known = end > at;
      if (known) {
        pieces.add(id(trie, text, at, end), text.start(at), text.end(end - 1));
        at = end;
      }
    }
    if (!known) {
      out.add(unknown, text.start(from), text.end(to - 1));
      return;
    }
    TextTokens tokens = pieces.tokens();
    for (int i = 0; i < tokens.length(); i++) {
      out.add(tokens.ids()[i], tokens.starts()[i], tokens.ends()[i]);
    }
  }

  private static int id(PieceTrie trie, AlignedText text, int from, int to) {
    int node = PieceTrie.ROOT;
    for (int at = from; at < to; at++) {
      node = trie.step(node, text.charAt(at));
    }
    return trie.id(node);
  }

  private AlignedText normalize(String text, int from, int to) {
    AlignedText out = new AlignedText(to - from);
    for (int at = from; at < to; ) {
      int c = text.codePointAt(at);
      int end = at + Character.charCount(c);
      if (c == '\t' || c == '\n' || c == '\r') {
        out.append(' ', at, end);
      } else if (isChinese(c)) {
        out.append(" " + Character.toString(c) + " ", at, end);
      } else if (c != 0xFFFD && !isControl(c)) {
        out.append(Characters.isWhiteSpace(c) ? " " : folded(c), at, end);
      }
      at = end;
    }
    return out;
  }

  private String folded(int c) {
    String character = Character.toString(c);
    if (casing == Casing.CASED) {
      return character;
    }
    if (c < 0x80) {
      return character.toLowerCase(Locale.ROOT);
    }
    StringBuilder bare = new StringBuilder();
    Normalizer.normalize(character, Normalizer.Form.NFD)
        .codePoints()
        .filter(part -> Character.getType(part) != Character.NON_SPACING_MARK)
        .forEach(bare::appendCodePoint);
    return bare.toString().toLowerCase(Locale.ROOT);
  }

  private static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static boolean isPunctuation(int c) {
    if (c < 0x80) {
      return c >= '!' && c <= '~' && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  private static boolean isChinese(int c) {
    return c >= 0x4E00 && c <= 0x9FFF
        || c >= 0x3400 && c <= 0x4DBF
        || c >= 0x20000 && c <= 0x2A6DF
        || c >= 0x2A700 && c <= 0x2B73F
        || c >= 0x2B740 && c <= 0x2B81F
        || c >= 0x2B920 && c <= 0x2CEAF
        || c >= 0xF900 && c <= 0xFAFF
        || c >= 0x2F800 && c <= 0x2FA1F;
  }

  @Override
  public String text(List<String> tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      String word =
          i == 0 ? token : token.startsWith(INNER) ? token.substring(INNER.length()) : " " + token;
      text.append(SpaceCleanup.apply(word));
    }
    return text.toString();
  }
}
