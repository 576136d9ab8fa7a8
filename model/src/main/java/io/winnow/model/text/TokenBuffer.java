package io.winnow.model.text;

import java.util.Arrays;

/** Tokens of a text as they are found, in order. */
final class TokenBuffer {
  private int[] ids = new int[64];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int size;

  void add(int id, int start, int end) {
    if (size == ids.length) {
      int room = 2 * size;
      ids = Arrays.copyOf(ids, room);
      starts = Arrays.copyOf(starts, room);
      ends = Arrays.copyOf(ends, room);
    }
    ids[size] = id;
    starts[size] = start;
    ends[size++] = end;
  }

  TextTokens tokens() {
    return new TextTokens(
        Arrays.copyOf(ids, size), Arrays.copyOf(starts, size), Arrays.copyOf(ends, size));
  }
}
