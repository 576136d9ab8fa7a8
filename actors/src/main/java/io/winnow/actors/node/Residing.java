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

  /**
   * Enters a node that begins a cluster; one that joins is entered when it is in. Blocks.
   *
   * @return null for a client, and for a process that has the store for itself
   * @throws io.winnow.model.compute.UserProblem if another cluster uses the store
   */
  static @Nullable Residence enter(ClusterSettings cluster, Residents residents) {
    NodeAddress self = cluster.address();
    if (cluster.isAlone() || cluster.roles().isEmpty()) {
      return null;
    }
    boolean begins = cluster.join().isEmpty() || cluster.join().equals(List.of(self));
    return begins
        ? residents.beginning(self.host(), self.port())
        : residents.joining(self.host(), self.port());
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
