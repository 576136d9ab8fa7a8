package io.winnow.model.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds a precompiled charsmap for tests, the simple way: a double array in which every node's
 * children are put at the first offset where all of them find room.
 */
final class DartsTrie {
  private static final int UNITS = 1 << 14;
  private static final int HAS_LEAF = 1 << 8;
  private final int[] units = new int[UNITS];
  private final boolean[] used = new boolean[UNITS];
  private final ByteArrayOutputStream replacements = new ByteArrayOutputStream();

  private static final class Node {
    final TreeMap<Integer, Node> children = new TreeMap<>();
    int value = -1;
  }

  private DartsTrie() {}

  /** The charsmap that replaces every key by its value. */
  static byte[] charsMap(Map<String, String> rules) {
    DartsTrie trie = new DartsTrie();
    Node root = new Node();
    new TreeMap<>(rules)
        .forEach(
            (key, value) -> {
              Node node = root;
              for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
                node = node.children.computeIfAbsent(b & 0xff, c -> new Node());
              }
              node.value = trie.replacements.size();
              trie.replacements.writeBytes(value.getBytes(StandardCharsets.UTF_8));
              trie.replacements.write(0);
            });
    trie.used[0] = true;
    trie.place(root, 0);
    ByteBuffer blob =
        ByteBuffer.allocate(4 + 4 * UNITS + trie.replacements.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(4 * UNITS);
    for (int unit : trie.units) {
      blob.putInt(unit);
    }
    return blob.put(trie.replacements.toByteArray()).array();
  }

  private void place(Node node, int at) {
    int offset = 1;
    while (!fits(node, at ^ offset)) {
      offset++;
    }
    int base = at ^ offset;
    units[at] |= offset << 10;
    if (node.value >= 0) {
      units[at] |= HAS_LEAF;
      units[base] = node.value | 1 << 31;
      used[base] = true;
    }
    node.children.forEach(
        (label, child) -> {
          used[base ^ label] = true;
          units[base ^ label] = label;
        });
    node.children.forEach((label, child) -> place(child, base ^ label));
  }

  private boolean fits(Node node, int base) {
    return (node.value < 0 || !used[base])
        && node.children.keySet().stream().noneMatch(label -> used[base ^ label]);
  }
}
