package io.winnow.actors.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.Join;
import akka.cluster.typed.SingletonActor;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.registry.RunRegistry;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.JdbcCheckpointStore;
import io.winnow.actors.store.StoreFile;
import io.winnow.actors.worker.ComputeClock;
import io.winnow.actors.worker.Worker;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.LoggerFactory;

/**
 * One node: an actor system that is a cluster (of itself alone, until others join), with its
 * sharding, the registry, and its workers as children of the guardian. It has the workspace's store
 * for as long as it is open.
 */
public final class WinnowNode implements AutoCloseable {
  private static final String SYSTEM = "winnow";
  private static final Duration WAKE_EVERY = Duration.ofSeconds(10);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);

  private final ActorSystem<Void> system;
  private final StoreFile store;
  private final Post post;
  private final CheckpointStore checkpoints;
  private final ActorRef<RegistryMessage> registry;
  private final ComputeClock clock;
  private final List<ActorRef<WorkerMessage>> workers;

  private WinnowNode(Starting starting, StoreFile store) {
    this.system = starting.system;
    this.store = store;
    this.post = starting.post;
    this.checkpoints = starting.checkpoints;
    this.registry = starting.registry;
    this.clock = starting.clock;
    this.workers = List.copyOf(starting.workers);
  }

  /**
   * Starts a node and its cluster of one.
   *
   * @throws io.winnow.model.compute.UserProblem if the store is in use or cannot be opened
   */
  public static WinnowNode start(NodeSettings settings) {
    StoreFile store = StoreFile.open(settings.store());
    try {
      Config config =
          settings
              .overrides()
              .withFallback(store.config())
              .withFallback(ConfigFactory.parseResources("winnow-node.conf"))
              .withFallback(ConfigFactory.load());
      Starting starting = new Starting();
      starting.system = ActorSystem.create(guardian(settings, starting), SYSTEM, config.resolve());
      starting.await();
      return new WinnowNode(starting, store);
    } catch (RuntimeException failure) {
      store.close();
      throw failure;
    }
  }

  /** What the guardian makes while it is set up. */
  private static final class Starting {
    private ActorSystem<Void> system;
    private Post post;
    private CheckpointStore checkpoints;
    private ActorRef<RegistryMessage> registry;
    private final ComputeClock clock = new ComputeClock();
    private final List<ActorRef<WorkerMessage>> workers = new ArrayList<>();
    private final java.util.concurrent.CompletableFuture<Void> ready =
        new java.util.concurrent.CompletableFuture<>();

    void await() {
      try {
        ready.get(STOP_DEADLINE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the node started", e);
      } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
        system.terminate();
        throw new IllegalStateException("the node did not start", e);
      }
    }
  }

  private static Behavior<Void> guardian(NodeSettings settings, Starting starting) {
    return Behaviors.setup(
        context -> {
          ActorSystem<?> system = context.getSystem();
          Cluster cluster = Cluster.get(system);
          cluster.manager().tell(Join.create(cluster.selfMember().address()));
          ClusterSharding sharding = ClusterSharding.get(system);
          ShardingPost direct = new ShardingPost(sharding);
          Post post = settings.post().apply(direct);
          CheckpointStore checkpoints =
              settings.checkpoints().apply(new JdbcCheckpointStore(system));
          initSharding(sharding, settings, post, checkpoints);
          starting.registry =
              ClusterSingleton.get(system)
                  .init(
                      SingletonActor.of(
                          RunRegistry.create(post, WAKE_EVERY, settings.works()), "registry"));
          direct.registry(starting.registry);
          for (int i = 0; i < settings.workers(); i++) {
            Behavior<WorkerMessage> worker =
                Behaviors.supervise(Worker.create(post, settings.sweeps(), starting.clock))
                    .onFailure(SupervisorStrategy.restart());
            starting.workers.add(context.spawn(worker, "worker-" + i));
          }
          starting.post = post;
          starting.checkpoints = checkpoints;
          starting.ready.complete(null);
          return Behaviors.empty();
        });
  }

  private static void initSharding(
      ClusterSharding sharding, NodeSettings settings, Post post, CheckpointStore checkpoints) {
    sharding.init(
        Entity.of(
                LayerActor.TYPE,
                entity -> LayerActor.create(entity.getEntityId(), post, checkpoints))
            .withRole("adapters")
            .withStopMessage(LayerActor.Stop.NOW)
            .withEntityProps(DispatcherSelector.fromConfig("winnow.layer-dispatcher")));
    sharding.init(
        Entity.of(
                RunCoordinator.TYPE,
                entity -> RunCoordinator.create(entity.getEntityId(), post, settings.planner()))
            .withRole("control")
            .withStopMessage(RunCoordinator.Stop.NOW));
  }

  /** The actor system. */
  public ActorSystem<Void> system() {
    return system;
  }

  /** How sharded actors are reached. */
  public Post post() {
    return post;
  }

  /** The list of runs, wherever it is kept. */
  public ActorRef<RegistryMessage> registry() {
    return registry;
  }

  /** The checkpoints of the workspace. */
  public CheckpointStore checkpoints() {
    return checkpoints;
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
    return workers;
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
    } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
      LoggerFactory.getLogger(WinnowNode.class).warn("event=node-stop-overdue", e);
    } finally {
      store.close();
    }
  }
}
