package io.winnow.model.text;

import java.util.Arrays;

/** Pieces by their characters (UTF-16 units), walked unit by unit from {@link #ROOT}. */
final class PieceTrie {
  static final int ROOT = 0;

  private final LongTable children;
  private int[] ids = new int[1 << 10];
  private int nodes = 1;

  /** An empty trie with room for about so many pieces; it grows where there are more. */
  PieceTrie(int expected) {
    children = new LongTable(4 * expected);
    Arrays.fill(ids, -1);
  }

  /** Adds a piece; of equal ones the first holds. */
  void add(String piece, int id) {
    int node = ROOT;
    for (int i = 0; i < piece.length(); i++) {
      long key = key(node, piece.charAt(i));
      int child = children.get(key);
      if (child < 0) {
        child = nodes++;
        children.put(key, child);
        if (nodes > ids.length) {
          int known = ids.length;
          ids = Arrays.copyOf(ids, 2 * known);
          Arrays.fill(ids, known, 2 * known, -1);
        }
      }
      node = child;
    }
    ids[node] = ids[node] < 0 ? id : ids[node];
  }

  /** The node below, -1 where no piece goes on so. */
  int step(int node, char unit) {
    return children.get(key(node, unit));
  }

  /** The id of the piece that ends at a node, -1 where none does. */
  int id(int node) {
    return ids[node];
  }

  boolean isEmpty() {
    return nodes == 1;
  }

  private static long key(int node, char unit) {
    return (long) node << 16 | unit;
  }
}
