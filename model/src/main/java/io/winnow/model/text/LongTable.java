package io.winnow.model.text;

/** Numbers of 64 bits to numbers of at least 0; open addressing, for tables read very often. */
final class LongTable {
  private long[] keys;
  private int[] values;
  private int size;

  /** An empty table with room for about so many entries; it grows where there are more. */
  LongTable(int expected) {
    int length = Integer.highestOneBit(Math.max(expected, 256)) << 2;
    keys = new long[length];
    values = new int[length];
  }

  /** The value of a key, -1 where it is not in the table. */
  int get(long key) {
    int slot = slot(key);
    return values[slot] - 1;
  }

  /** Puts a value, in place of what the key had. */
  void put(long key, int value) {
    int slot = slot(key);
    size += values[slot] == 0 ? 1 : 0;
    keys[slot] = key;
    values[slot] = value + 1;
    if (2 * size > keys.length) {
      grow();
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (values[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new int[keys.length];
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != 0) {
        put(oldKeys[i], oldValues[i] - 1);
      }
    }
  }
}
