package io.winnow.model.text;

/** Classes of characters as the tokenizers of Hugging Face define them. */
final class Characters {
  private Characters() {}

  /** Unicode's White_Space property. */
  static boolean isWhiteSpace(int c) {
    if (c < 0x80) {
      return c == ' ' || c >= '\t' && c <= '\r';
    }
    return c == 0x85 || c == 0xA0 || Character.isSpaceChar(c);
  }

  /** Text in which every half of a surrogate pair that stands alone is U+FFFD. */
  static String wellFormed(String text) {
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          i++;
          continue;
        }
        changed = changed == null ? new StringBuilder(text) : changed;
        changed.setCharAt(i, '\uFFFD');
      }
    }
    return changed == null ? text : changed.toString();
  }
}
