package io.winnow.actors.node;

import akka.actor.ActorRef;
import akka.cluster.sharding.ShardCoordinator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/** Layers by {@link LayerBalance}: what must move when nodes join moves in one go. */
final class BalancedAllocation extends ShardCoordinator.AbstractShardAllocationStrategy {
  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
    Map<String, ActorRef> regions =
        current.keySet().stream().collect(Collectors.toMap(BalancedAllocation::name, r -> r));
    return Future.successful(regions.get(LayerBalance.place(shard, byName(current))));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> current, Set<String> inProgress) {
    return Future.successful(inProgress.isEmpty() ? LayerBalance.moves(byName(current)) : Set.of());
  }

  static Map<String, List<String>> byName(Map<ActorRef, IndexedSeq<String>> current) {
    Map<String, List<String>> places = new HashMap<>();
    current.forEach(
        (region, shards) -> places.put(name(region), CollectionConverters.asJava(shards)));
    return places;
  }

  static String name(ActorRef region) {
    return region.path().toSerializationFormat();
  }
}
