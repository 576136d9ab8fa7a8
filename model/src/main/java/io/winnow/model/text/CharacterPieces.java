package io.winnow.model.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every character is a token: its place in an alphabet, or unknown. */
final class CharacterPieces implements Pieces {
  private final Map<Integer, Integer> ids = new HashMap<>();
  private final int unknown;

  /**
   * An alphabet.
   *
   * @param characters in the order of ids; the first ones, below {@code first}, stand for special
   *     tokens and are never found
   */
  CharacterPieces(int[] characters, int first, int unknown) {
    this.unknown = unknown;
    for (int id = first; id < characters.length; id++) {
      ids.put(characters[id], id);
    }
  }

  @Override
  public void split(String text, int from, int to, TokenBuffer out) {
    for (int at = from; at < to; ) {
      int c = text.codePointAt(at);
      int end = at + Character.charCount(c);
      out.add(ids.getOrDefault(c, unknown), at, end);
      at = end;
    }
  }

  @Override
  public String text(List<String> tokens) {
    return String.join("", tokens);
  }
}
