package io.winnow.actors.node;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Cluster;
import akka.remote.RemoteTransportException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.Residence;
import io.winnow.actors.store.Store;
import io.winnow.actors.worker.ComputeClock;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WinnowVersion;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One node: an actor system that is part of a cluster (of itself alone, if nobody else is there),
 * with its sharding, the registry, and its workers as children of the guardian. It has the
 * workspace's store open for as long as it is open.
 */
public final class WinnowNode implements AutoCloseable {
  private static final String SYSTEM = "winnow";
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(60);

  private final ActorSystem<Void> system;
  private final Store store;
  private final NodeGuardian.Made made;
  private final ComputeClock clock;
  private final CompletableFuture<Void> up = new CompletableFuture<>();
  private final CompletableFuture<Void> removed = new CompletableFuture<>();
  private final CompletableFuture<NodeEnd> ended = new CompletableFuture<>();

  private WinnowNode(
      ActorSystem<Void> system, Store store, NodeGuardian.Made made, ComputeClock clock) {
    this.system = system;
    this.store = store;
    this.made = made;
    this.clock = clock;
    Cluster cluster = Cluster.get(Adapter.toClassic(system));
    String name = system.settings().config().getString(VersionCheck.NODE);
    cluster.registerOnMemberUp(
        () -> {
          VersionCheck.joined(name);
          up.complete(null);
        });
    cluster.registerOnMemberRemoved(() -> removed.complete(null));
    system
        .getWhenTerminated()
        .whenComplete(
            (done, failure) -> {
              VersionCheck.left(name);
              ended.complete(end());
            });
  }

  /**
   * Starts a node, which begins a cluster or begins to join one.
   *
   * @throws UserProblem if the store is in use, by another cluster perhaps, or cannot be opened, or
   *     its address is taken
   */
  public static WinnowNode start(NodeSettings settings) {
    Store store = Store.open(settings.store());
    Residence residence = null;
    try {
      Residing.Entered entered = Residing.enter(settings.cluster(), store.residents());
      residence = entered.residence();
      return start(settings.in(entered.cluster()), store, residence);
    } catch (RuntimeException failure) {
      if (residence != null) {
        residence.close();
      }
      store.close();
      throw failure;
    }
  }

  private static WinnowNode start(
      NodeSettings settings, Store store, @Nullable Residence residence) {
    ComputeClock clock = new ComputeClock();
    CompletableFuture<NodeGuardian.Made> made = new CompletableFuture<>();
    ActorSystem<Void> system = system(settings, store, NodeGuardian.create(settings, clock, made));
    try {
      NodeGuardian.Made whole = NodeGuardian.await(made, START_DEADLINE);
      if (residence != null) {
        Residing.stay(system, residence, store.residents());
      }
      return new WinnowNode(system, store, whole, clock);
    } catch (RuntimeException failure) {
      system.terminate();
      throw failure;
    }
  }

  private static ActorSystem<Void> system(
      NodeSettings settings, Store store, Behavior<Void> guardian) {
    try {
      return ActorSystem.create(guardian, SYSTEM, config(settings, store));
    } catch (RemoteTransportException taken) {
      throw UserProblem.failure(
          "the node cannot listen at "
              + settings.cluster().address()
              + ": "
              + Failures.rootMessage(taken)
              + "; choose another port",
          taken);
    }
  }

  private static Config config(NodeSettings settings, Store store) {
    Config everyNode = ConfigFactory.parseResources("winnow-node.conf");
    String version = WinnowVersion.text();
    Map<String, Object> identity =
        Map.of(
            VersionCheck.VERSION,
            version,
            VersionCheck.NODE,
            settings.cluster().address().toString(),
            "akka.cluster.app-version",
            version);
    return settings
        .overrides()
        .withFallback(store.config())
        .withFallback(ConfigFactory.parseMap(identity))
        .withFallback(settings.cluster().config(everyNode))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  /** The actor system. */
  public ActorSystem<Void> system() {
    return system;
  }

  /** How sharded actors are reached. */
  public Post post() {
    return made.post();
  }

  /** The list of runs, wherever it is kept. */
  public ActorRef<RegistryMessage> registry() {
    return made.registry();
  }

  /** The checkpoints of the workspace. */
  public CheckpointStore checkpoints() {
    return made.checkpoints();
  }

  /** Deletes every blob of a run that is removed. Blocks. */
  public void deleteBlobs(RunId run) {
    store.deleteBlobs(run);
  }

  /** What ails the store, in words; empty = it can be written. Blocks. */
  public Optional<String> storeProblem() {
    return store.problem();
  }

  /** When this node's workers computed. */
  public ComputeClock clock() {
    return clock;
  }

  /** This node's workers. */
  public List<ActorRef<WorkerMessage>> workers() {
    return made.workers();
  }

  /** Where other nodes reach it. */
  public NodeAddress address() {
    var self = Cluster.get(Adapter.toClassic(system)).selfAddress();
    return new NodeAddress(self.getHost().orElse(""), self.getPort().orElse(0));
  }

  /** Completes when the node is a member of a cluster; never, if it does not get into one. */
  public CompletionStage<Void> whenUp() {
    return up.minimalCompletionStage();
  }

  /** Completes when the node is in no cluster any more; its end should follow soon. */
  public CompletionStage<Void> whenRemoved() {
    return removed.minimalCompletionStage();
  }

  /** Completes when the node is no more, asked or not. */
  public CompletionStage<NodeEnd> whenEnded() {
    return ended.minimalCompletionStage();
  }

  private NodeEnd end() {
    CoordinatedShutdown.Reason reason =
        CoordinatedShutdown.get(system).getShutdownReason().orElse(null);
    if (reason == CoordinatedShutdown.actorSystemTerminateReason()
        || reason == CoordinatedShutdown.clusterLeavingReason()) {
      return NodeEnd.LEFT;
    } else if (reason == CoordinatedShutdown.clusterDowningReason()
        || reason == CoordinatedShutdown.clusterJoinUnsuccessfulReason()) {
      return NodeEnd.LOST;
    } else if (reason == CoordinatedShutdown.incompatibleConfigurationDetectedReason()) {
      return NodeEnd.REFUSED;
    }
    return NodeEnd.FAILED;
  }

  @Override
  public void close() {
    system.terminate();
    try {
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LoggerFactory.getLogger(WinnowNode.class).warn("event=node-stop-overdue", e);
    } finally {
      store.close();
    }
  }
}
