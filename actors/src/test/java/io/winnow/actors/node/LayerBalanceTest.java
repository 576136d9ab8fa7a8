package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LayerBalanceTest {
  private final LayerShards shards = new LayerShards();

  @Test
  void blocksOfARunAreInDifferentShardsOfOneGroup() {
    List<String> own = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      own.add(shards.shardId("run-7|deberta.encoder.layer." + i));
    }
    assertThat(own).doesNotHaveDuplicates();
    assertThat(own.stream().map(LayerShards::group).distinct()).hasSize(1);
    assertThat(LayerShards.group(shards.shardId("run-7|head")))
        .isEqualTo(LayerShards.group(own.get(0)));
  }

  @Property(tries = 200)
  void eachGroupIsSpreadAsEvenlyAsItCanBe(
      @ForAll @IntRange(min = 1, max = 7) int nodes,
      @ForAll @IntRange(min = 1, max = 40) int layers,
      @ForAll @IntRange(min = 1, max = 6) int runs) {
    Map<String, List<String>> places = places(nodes);
    for (int run = 0; run < runs; run++) {
      for (int layer = 0; layer < layers; layer++) {
        allocate("run-" + run + "|layer." + layer, places);
      }
    }
    assertEven(places);
    assertThat(LayerBalance.moves(places)).isEmpty();
  }

  @Property(tries = 200)
  void whatMovesWhenANodeJoinsMakesAllEvenAtOnceAndNoMoreThanNeeded(
      @ForAll @IntRange(min = 1, max = 5) int nodes,
      @ForAll @IntRange(min = 1, max = 40) int layers) {
    Map<String, List<String>> places = places(nodes);
    for (int layer = 0; layer < layers; layer++) {
      allocate("run|layer." + layer, places);
    }
    places.put("node-9", new ArrayList<>());

    Set<String> moves = LayerBalance.moves(places);

    assertThat(moves.size()).isLessThanOrEqualTo(layers / (nodes + 1));
    moves.forEach(shard -> places.values().forEach(list -> list.remove(shard)));
    moves.forEach(shard -> places.get(LayerBalance.place(shard, places)).add(shard));
    assertEven(places);
  }

  @Test
  void runsOfOneLayerAreSpreadToo() {
    Map<String, List<String>> places = places(3);
    for (int run = 0; run < 9; run++) {
      String shard = run + ".0"; // each run in a group of its own
      places.get(LayerBalance.place(shard, places)).add(shard);
    }
    assertThat(places.values()).allSatisfy(list -> assertThat(list).hasSize(3));
  }

  private void allocate(String entity, Map<String, List<String>> places) {
    String shard = shards.shardId(entity);
    if (places.values().stream().noneMatch(list -> list.contains(shard))) {
      places.get(LayerBalance.place(shard, places)).add(shard);
    }
  }

  private static Map<String, List<String>> places(int nodes) {
    Map<String, List<String>> places = new TreeMap<>();
    for (int i = 0; i < nodes; i++) {
      places.put("node-" + i, new ArrayList<>());
    }
    return places;
  }

  private static void assertEven(Map<String, List<String>> places) {
    Map<String, int[]> extremes = new HashMap<>();
    places.values().stream()
        .flatMap(List::stream)
        .map(LayerShards::group)
        .forEach(group -> extremes.put(group, new int[] {Integer.MAX_VALUE, 0}));
    extremes.forEach(
        (group, extreme) -> {
          for (List<String> list : places.values()) {
            int count = (int) list.stream().filter(s -> LayerShards.group(s).equals(group)).count();
            extreme[0] = Math.min(extreme[0], count);
            extreme[1] = Math.max(extreme[1], count);
          }
          assertThat(extreme[1] - extreme[0]).isLessThanOrEqualTo(1);
        });
  }
}
