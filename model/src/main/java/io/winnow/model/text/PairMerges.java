package io.winnow.model.text;

import java.util.Arrays;

/**
 * Byte-pair encoding: as long as there is a pair of neighbours that the table knows, the pair of
 * the lowest rank is merged, of equal ranks the leftmost. n symbols take n log n time.
 */
final class PairMerges {
  private final LongTable table = new LongTable(1 << 16);
  private int[] ranks = new int[1 << 10];
  private int[] merged = new int[1 << 10];
  private int size;

  /** Two ids as one key. */
  static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  /** Adds a merge; a pair that is there already keeps its rank. */
  void add(long pair, int rank, int id) {
    if (table.get(pair) >= 0) {
      return;
    }
    if (size == ranks.length) {
      ranks = Arrays.copyOf(ranks, 2 * size);
      merged = Arrays.copyOf(merged, 2 * size);
    }
    ranks[size] = rank;
    merged[size] = id;
    table.put(pair, size++);
  }

  /** Merges all that can be merged. */
  void apply(Symbols symbols) {
    Queue queue = new Queue();
    for (int at = 0; at < symbols.size() - 1; at++) {
      offer(symbols, at, queue);
    }
    while (queue.length > 0) {
      long entry = queue.poll();
      int at = (int) entry;
      int merge = symbols.isGone(at) ? -1 : find(symbols, at);
      if (merge < 0 || ranks[merge] != (int) (entry >>> 32)) {
        continue;
      }
      symbols.merge(at, merged[merge]);
      offer(symbols, at, queue);
      if (symbols.before(at) >= 0) {
        offer(symbols, symbols.before(at), queue);
      }
    }
  }

  private void offer(Symbols symbols, int at, Queue queue) {
    int merge = find(symbols, at);
    if (merge >= 0) {
      queue.offer(key(ranks[merge], at));
    }
  }

  private int find(Symbols symbols, int at) {
    long pair = symbols.pair(at);
    return pair < 0 ? -1 : table.get(pair);
  }

  /** A binary heap: the smallest first. */
  private static final class Queue {
    private long[] heap = new long[64];
    private int length;

    void offer(long entry) {
      if (length == heap.length) {
        heap = Arrays.copyOf(heap, 2 * length);
      }
      int at = length++;
      while (at > 0 && heap[(at - 1) / 2] > entry) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
      }
      heap[at] = entry;
    }

    long poll() {
      long first = heap[0];
      long last = heap[--length];
      int at = 0;
      for (int child = 1; child < length; child = 2 * at + 1) {
        child += child + 1 < length && heap[child + 1] < heap[child] ? 1 : 0;
        if (heap[child] >= last) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
      return first;
    }
  }
}
