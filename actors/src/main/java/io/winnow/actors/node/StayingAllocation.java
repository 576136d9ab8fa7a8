package io.winnow.actors.node;

import akka.actor.ActorRef;
import akka.cluster.sharding.ShardCoordinator;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;

/**
 * Coordinators go where the fewest are, and stay as long as their node does: each move would cost
 * the run an attempt, and a coordinator weighs nothing.
 */
final class StayingAllocation extends ShardCoordinator.AbstractShardAllocationStrategy {
  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
    return Future.successful(
        current.keySet().stream()
            .min(
                Comparator.<ActorRef>comparingInt(region -> current.get(region).size())
                    .thenComparing(BalancedAllocation::name))
            .orElseThrow(() -> new IllegalStateException("no place for shard " + shard)));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> current, Set<String> inProgress) {
    return Future.successful(Set.of());
  }
}
