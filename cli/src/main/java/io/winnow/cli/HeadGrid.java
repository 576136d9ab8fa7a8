package io.winnow.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Heads as a grid: a row for each block, a column for each module of a block, both in the order of
 * the model. What no block has stays blank; heads outside of blocks come after it, a line each. A
 * grid that is wider than a line goes on below with the same rows.
 */
final class HeadGrid {
  /** The cell of a head that is there no more. */
  static final String DROPPED = ".";

  private static final Pattern IN_BLOCK =
      Pattern.compile("(?<stack>.*?\\.|)(?<block>\\d{1,9})\\.(?<module>.+)");
  private static final String GAP = "  ";

  private final Map<Block, Map<String, String>> rows = new LinkedHashMap<>();
  private final Map<String, String> outside = new LinkedHashMap<>();
  private final Set<String> modules = new LinkedHashSet<>();

  /** A block by its stack, such as {@code model.encoder.layers.}, and its number there. */
  private record Block(String stack, String number) {}

  /**
   * A grid of these cells.
   *
   * @param cells by module path; stacks and modules are shown in this order, blocks by number
   */
  HeadGrid(Map<String, String> cells) {
    cells.forEach(this::add);
    List<String> stacks = stacks();
    List<Block> ordered = new ArrayList<>(rows.keySet());
    ordered.sort(
        Comparator.comparingInt((Block block) -> stacks.indexOf(block.stack))
            .thenComparingInt(block -> Integer.parseInt(block.number)));
    ordered.forEach(block -> rows.put(block, rows.remove(block)));
  }

  private List<String> stacks() {
    return rows.keySet().stream().map(Block::stack).distinct().toList();
  }

  private void add(String path, String cell) {
    Matcher place = IN_BLOCK.matcher(path);
    if (place.matches()) {
      Block block = new Block(place.group("stack"), place.group("block"));
      modules.add(place.group("module"));
      rows.computeIfAbsent(block, b -> new LinkedHashMap<>()).put(place.group("module"), cell);
    } else {
      outside.put(path, cell);
    }
  }

  List<String> lines(Engine.HeadsView view) {
    Map<Block, String> labels = labels();
    int label = labels.values().stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    List<String> part = new ArrayList<>();
    int width = label;
    for (String module : modules) {
      int column = GAP.length() + width(module);
      if (!part.isEmpty() && width + column > view.columns()) {
        lines.addAll(part(part, labels, label));
        lines.add("");
        part.clear();
        width = label;
      }
      part.add(module);
      width += column;
    }
    if (!part.isEmpty()) {
      lines.addAll(part(part, labels, label));
    }
    outside.forEach((path, cell) -> lines.add(cell + GAP + path));
    return lines;
  }

  private List<String> part(List<String> columns, Map<Block, String> labels, int label) {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(" ".repeat(label));
    columns.forEach(module -> head.append(GAP).append(right(shortName(module), width(module))));
    lines.add(head.toString());
    rows.forEach(
        (block, cells) -> {
          StringBuilder row = new StringBuilder(right(labels.get(block), label));
          for (String module : columns) {
            row.append(GAP).append(right(cells.getOrDefault(module, ""), width(module)));
          }
          lines.add(row.toString().stripTrailing());
        });
    return lines;
  }

  private int width(String module) {
    int cells =
        rows.values().stream()
            .mapToInt(cellsOfBlock -> cellsOfBlock.getOrDefault(module, "").length())
            .max()
            .orElse(0);
    return Math.max(cells, shortName(module).length());
  }

  /** The last segments of a module's path that no other module's path ends with, or all of it. */
  private String shortName(String module) {
    String[] segments = module.split("\\.");
    String name = "";
    for (int i = segments.length - 1; i >= 0; i--) {
      name = name.isEmpty() ? segments[i] : segments[i] + "." + name;
      String ending = name;
      long same =
          modules.stream().filter(m -> m.equals(ending) || m.endsWith("." + ending)).count();
      if (same == 1) {
        return name;
      }
    }
    return module;
  }

  /** The number alone where there is one stack; else with what tells the stacks apart. */
  private Map<Block, String> labels() {
    List<String> stacks = stacks();
    Map<Block, String> labels = new LinkedHashMap<>();
    for (Block block : rows.keySet()) {
      String stack = stacks.size() == 1 ? "" : difference(stacks, block.stack()) + " ";
      labels.put(block, stack + block.number());
    }
    return labels;
  }

  private static String difference(List<String> stacks, String stack) {
    List<List<String>> all = stacks.stream().map(s -> List.of(s.split("\\."))).toList();
    List<String> own = List.of(stack.split("\\."));
    int shortest = all.stream().mapToInt(List::size).min().orElseThrow();
    int from = 0;
    while (from < shortest && isSame(all, from, own.get(from), false)) {
      from++;
    }
    int behind = 0;
    while (behind < shortest - from
        && isSame(all, behind, own.get(own.size() - 1 - behind), true)) {
      behind++;
    }
    return String.join(".", own.subList(from, own.size() - behind));
  }

  private static boolean isSame(List<List<String>> all, int at, String segment, boolean fromEnd) {
    return all.stream().allMatch(s -> s.get(fromEnd ? s.size() - 1 - at : at).equals(segment));
  }

  private static String right(String text, int width) {
    return String.format(Locale.ROOT, "%" + Math.max(1, width) + "s", text);
  }
}
