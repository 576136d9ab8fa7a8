package io.winnow.model.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The special tokens that a model has around one text, and around a pair. */
record Template(List<Part> single, List<Part> pair) {
  /** What stands at one place of a template. */
  enum Kind {
    SPECIAL,
    FIRST,
    SECOND
  }

  /** One place: a special token (its id) or a text (id unused), and the token type there. */
  record Part(Kind kind, int id, int type) {}

  /**
   * Reads templates in the notation of Hugging Face: words apart by spaces, {@code $A} and {@code
   * $B} the texts, others special tokens, each with an optional {@code :type}, 0 without.
   *
   * @param ids the special tokens' ids by the words that stand for them
   */
  static Template parse(String single, String pair, Map<String, Integer> ids) {
    return new Template(parts(single, ids), parts(pair, ids));
  }

  private static List<Part> parts(String notation, Map<String, Integer> ids) {
    List<Part> parts = new ArrayList<>();
    for (String word : notation.split(" ")) {
      int colon = word.length() - 2;
      boolean typed = colon > 0 && word.charAt(colon) == ':';
      String name = typed ? word.substring(0, colon) : word;
      int type = typed ? word.charAt(colon + 1) - '0' : 0;
      parts.add(
          switch (name) {
            case "$A" -> new Part(Kind.FIRST, -1, type);
            case "$B" -> new Part(Kind.SECOND, -1, type);
            default -> new Part(Kind.SPECIAL, ids.get(name), type);
          });
    }
    return List.copyOf(parts);
  }

  /** Special tokens around one text. */
  int singleSpecials() {
    return specials(single);
  }

  /** Special tokens around a pair. */
  int pairSpecials() {
    return specials(pair);
  }

  private static int specials(List<Part> parts) {
    return (int) parts.stream().filter(part -> part.kind == Kind.SPECIAL).count();
  }

  /** The row of these texts, nothing cut. */
  Joined join(int[] first, int @Nullable [] second) {
    int length = second == null ? singleSpecials() : pairSpecials() + second.length;
    int[] ids = new int[length + first.length];
    int[] types = new int[ids.length];
    int[] at = {-1, -1};
    int end = 0;
    for (Part part : second == null ? single : pair) {
      int[] tokens = new int[] {part.id};
      if (part.kind != Kind.SPECIAL) {
        tokens = part.kind == Kind.FIRST || second == null ? first : second;
        at[part.kind == Kind.FIRST ? 0 : 1] = end;
      }
      System.arraycopy(tokens, 0, ids, end, tokens.length);
      Arrays.fill(types, end, end + tokens.length, part.type);
      end += tokens.length;
    }
    return new Joined(new Encoded(ids, types, false), at[0], at[1]);
  }

  /** The row of these texts with at most {@code room} tokens; of a pair the longer one is cut. */
  Encoded cut(int[] first, int @Nullable [] second, int room) {
    int texts = room - (second == null ? singleSpecials() : pairSpecials());
    int others = second == null ? 0 : second.length;
    if (first.length + others <= texts) {
      return join(first, second).row();
    }
    int[] kept = second == null ? new int[] {texts} : kept(first.length, others, texts);
    Encoded row =
        join(Arrays.copyOf(first, kept[0]), second == null ? null : Arrays.copyOf(second, kept[1]))
            .row();
    return new Encoded(row.ids(), row.types(), true);
  }

  /** Lengths of a pair cut to {@code room} tokens, as Hugging Face's "longest first" has them. */
  private static int[] kept(int first, int second, int room) {
    int shorter = Math.min(first, second);
    int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = shorter + room % 2;
    }
    return first > second ? new int[] {longer, shorter} : new int[] {shorter, longer};
  }
}
