package io.winnow.model.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in a text: the leftmost, of those that begin there the longest. */
final class AddedTokens {
  private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();
  private final Map<Integer, AddedToken> byId = new TreeMap<>();

  AddedTokens(List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      byId.put(token.id(), token);
      if (!token.content().isEmpty()) {
        byFirst.computeIfAbsent(token.content().charAt(0), c -> new ArrayList<>()).add(token);
      }
    }
    Comparator<AddedToken> longest = Comparator.comparingInt(t -> -t.content().length());
    byFirst.values().forEach(list -> list.sort(longest));
  }

  /** All of them, by ascending id. */
  List<AddedToken> all() {
    return List.copyOf(byId.values());
  }

  /** Splits a text: added tokens go to {@code out}, what is between them through the pieces. */
  void split(String text, Pieces pieces, TokenBuffer out) {
    int done = 0;
    for (int at = 0; at < text.length(); ) {
      AddedToken token = find(text, at);
      if (token == null) {
        at++;
        continue;
      }
      int start = token.lstrip() ? stripBefore(text, done, at) : at;
      int end = at + token.content().length();
      end = token.rstrip() ? stripAfter(text, end) : end;
      if (start > done) {
        pieces.split(text, done, start, out);
      }
      out.add(token.id(), at, at + token.content().length());
      done = end;
      at = end;
    }
    if (done < text.length()) {
      pieces.split(text, done, text.length(), out);
    }
  }

  private @Nullable AddedToken find(String text, int at) {
    List<AddedToken> candidates = byFirst.get(text.charAt(at));
    if (candidates == null) {
      return null;
    }
    for (AddedToken token : candidates) {
      if (text.startsWith(token.content(), at)) {
        return token.singleWord() && touched(text, at, at + token.content().length())
            ? null
            : token;
      }
    }
    return null;
  }

  private static boolean touched(String text, int start, int end) {
    return start > 0 && isWord(text.codePointBefore(start))
        || end < text.length() && isWord(text.codePointAt(end));
  }

  private static boolean isWord(int c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private static int stripBefore(String text, int from, int at) {
    int start = at;
    while (start > from && Characters.isWhiteSpace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int stripAfter(String text, int at) {
    int end = at;
    while (end < text.length() && Characters.isWhiteSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }
}
