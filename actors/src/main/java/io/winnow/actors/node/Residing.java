package io.winnow.actors.node;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Cluster;
import io.winnow.actors.store.Residence;
import io.winnow.actors.store.Residents;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps a node entered in its store for as long as it is one of a cluster's. */
final class Residing {
  private Residing() {}

  /** How a node is entered, and what it shall begin or join then. */
  record Entered(@Nullable Residence residence, ClusterSettings cluster) {}

  /**
   * Enters a node that begins a cluster; one that joins is entered when it is in. The first one of
   * a list with others begins a cluster if the store knows of nobody else, and joins through the
   * others if it does: it may be cut off from them, so that their silence says nothing. Blocks.
   *
   * @return without a residence for a client, and for a process that has the store for itself
   * @throws io.winnow.model.compute.UserProblem if it has nobody to join, and another cluster uses
   *     the store
   */
  static Entered enter(ClusterSettings cluster, Residents residents) {
    NodeAddress self = cluster.address();
    List<NodeAddress> others = cluster.join().stream().filter(each -> !each.equals(self)).toList();
    if (cluster.isAlone() || cluster.roles().isEmpty()) {
      return new Entered(null, cluster);
    } else if (others.isEmpty()) {
      return new Entered(residents.beginning(self.host(), self.port()), cluster);
    } else if (cluster.join().get(0).equals(self)) {
      return residents
          .beginningIfNobodyDid(self.host(), self.port())
          .map(residence -> new Entered(residence, cluster.joining(List.of())))
          .orElseGet(
              () ->
                  new Entered(
                      residents.joining(self.host(), self.port()), cluster.joining(others)));
    }
    return new Entered(residents.joining(self.host(), self.port()), cluster);
  }

  /** Keeps it entered from when it listens until the actor system ends. Blocks a little. */
  static void stay(ActorSystem<?> system, Residence residence, Residents residents) {
    Cluster cluster = Cluster.get(Adapter.toClassic(system));
    CoordinatedShutdown shutdown = CoordinatedShutdown.get(Adapter.toClassic(system));
    String host = cluster.selfAddress().getHost().orElse("");
    int port = cluster.selfAddress().getPort().orElse(0);
    residence.listening(
        host, port, () -> shutdown.runAll(CoordinatedShutdown.clusterDowningReason()));
    residents.forgetPredecessors(residence);
    cluster.registerOnMemberUp(residence::member);
    var blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
    shutdown.addTask(
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
        "leave-store",
        () -> CompletableFuture.runAsync(residence::close, blocking).thenApply(v -> done()));
  }

  private static Done done() {
    return Done.getInstance();
  }
}
