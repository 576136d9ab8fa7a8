package io.winnow.actors.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Deals shards of layers out to places so that each group, and with it the layers of each run, is
 * spread as evenly as whole shards can be. Pure functions of who has which shards.
 */
final class LayerBalance {
  private LayerBalance() {}

  /**
   * The place for a new shard: one with the fewest of its group, and among those with the fewest of
   * all.
   *
   * @param places at least one
   */
  static String place(String shard, Map<String, List<String>> places) {
    String group = LayerShards.group(shard);
    return places.keySet().stream()
        .min(
            Comparator.<String>comparingInt(place -> of(group, places.get(place)).size())
                .thenComparingInt(place -> places.get(place).size())
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow(() -> new IllegalStateException("no place for shard " + shard));
  }

  /** The shards that must move, all at once, until no group differs by more than one anywhere. */
  static Set<String> moves(Map<String, List<String>> places) {
    Set<String> groups = new TreeSet<>();
    places.values().forEach(shards -> shards.forEach(s -> groups.add(LayerShards.group(s))));
    Set<String> moves = new LinkedHashSet<>();
    Map<String, List<String>> after = new TreeMap<>();
    places.forEach((place, shards) -> after.put(place, new ArrayList<>(shards)));
    groups.forEach(group -> even(group, after, moves));
    return moves;
  }

  private static void even(String group, Map<String, List<String>> after, Set<String> moves) {
    Comparator<String> byShare =
        Comparator.comparingInt(place -> of(group, after.get(place)).size());
    while (true) {
      String most = after.keySet().stream().max(byShare).orElseThrow();
      List<String> those = of(group, after.get(most));
      String least = place(those.get(0), after);
      if (those.size() - of(group, after.get(least)).size() <= 1) {
        return;
      }
      String moved = those.get(those.size() - 1);
      after.get(most).remove(moved);
      after.get(least).add(moved);
      moves.add(moved);
    }
  }

  private static List<String> of(String group, List<String> shards) {
    return shards.stream().filter(s -> LayerShards.group(s).equals(group)).sorted().toList();
  }
}
