package io.winnow.model.text;

import java.util.Arrays;

/**
 * A row of ids that is shortened by merging neighbours, each with the range that it came from. A
 * frozen symbol, held as -1 minus its id, never merges.
 */
final class Symbols {
  private static final int GONE = Integer.MIN_VALUE;

  private int[] ids;
  private int[] starts;
  private int[] ends;
  private int[] next;
  private int[] previous;
  private int size;

  Symbols(int room) {
    int length = Math.max(room, 16);
    ids = new int[length];
    starts = new int[length];
    ends = new int[length];
    next = new int[length];
    previous = new int[length];
  }

  /** Adds a symbol that may merge. */
  void add(int id, int start, int end) {
    if (size == ids.length) {
      grow();
    }
    ids[size] = id;
    starts[size] = start;
    ends[size] = end;
    previous[size] = size - 1;
    next[size] = ++size;
  }

  /** Adds a symbol that stays as it is. */
  void addFrozen(int id, int start, int end) {
    add(-1 - id, start, end);
  }

  /** Lets the last symbol reach further. */
  void stretchLast(int end) {
    ends[size - 1] = end;
  }

  /** Forgets all symbols. */
  void clear() {
    size = 0;
  }

  /** Number of symbols that were added. */
  int size() {
    return size;
  }

  /** Whether a symbol was merged into the one before it. */
  boolean isGone(int at) {
    return ids[at] == GONE;
  }

  /** The pair of a symbol and the one behind it as a key, -1 where either cannot merge. */
  long pair(int at) {
    int right = next[at];
    return right >= size || ids[at] < 0 || ids[right] < 0
        ? -1
        : PairMerges.key(ids[at], ids[right]);
  }

  /** The symbol before, -1 where there is none. */
  int before(int at) {
    return previous[at];
  }

  /** Merges a symbol with the one behind it. */
  void merge(int at, int id) {
    int right = next[at];
    ids[at] = id;
    ends[at] = ends[right];
    next[at] = next[right];
    ids[right] = GONE;
    if (next[at] < size) {
      previous[next[at]] = at;
    }
  }

  /** Receives a symbol. */
  interface Sink {
    void accept(int id, int start, int end);
  }

  /** Visits the symbols that are left, in order. */
  void forEach(Sink sink) {
    for (int at = 0; at < size; at = next[at]) {
      sink.accept(ids[at] < 0 ? -1 - ids[at] : ids[at], starts[at], ends[at]);
    }
  }

  private void grow() {
    int length = 2 * size;
    ids = Arrays.copyOf(ids, length);
    starts = Arrays.copyOf(starts, length);
    ends = Arrays.copyOf(ends, length);
    next = Arrays.copyOf(next, length);
    previous = Arrays.copyOf(previous, length);
  }
}
