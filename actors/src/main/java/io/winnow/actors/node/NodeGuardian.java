package io.winnow.actors.node;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SingletonActor;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.parcel.Parcels;
import io.winnow.actors.registry.RunRegistry;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.JdbcCheckpointStore;
import io.winnow.actors.worker.ComputeClock;
import io.winnow.actors.worker.Worker;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The parent of a node's own actors: joins the cluster, starts sharding, the registry's singleton
 * and the workers, and from then on does nothing.
 */
final class NodeGuardian {
  private static final String CONTROL = ClusterSettings.Role.CONTROL.text();
  private static final String ADAPTERS = ClusterSettings.Role.ADAPTERS.text();

  private NodeGuardian() {}

  /** What it made. */
  record Made(
      Post post,
      CheckpointStore checkpoints,
      ActorRef<RegistryMessage> registry,
      List<ActorRef<WorkerMessage>> workers) {}

  static Behavior<Void> create(
      NodeSettings settings, ComputeClock clock, CompletableFuture<Made> made) {
    return Behaviors.setup(
        context -> {
          try {
            made.complete(make(context, settings, clock));
          } catch (RuntimeException failure) {
            made.completeExceptionally(failure);
          }
          return Behaviors.empty();
        });
  }

  private static Made make(ActorContext<Void> context, NodeSettings settings, ComputeClock clock) {
    ActorSystem<?> system = context.getSystem();
    join(Cluster.get(system), settings.cluster());
    ClusterSharding sharding = ClusterSharding.get(system);
    Parcels parcels = Parcels.start(context);
    ShardingPost direct = new ShardingPost(sharding, parcels);
    Post post = settings.post().apply(direct);
    CheckpointStore checkpoints = settings.checkpoints().apply(new JdbcCheckpointStore(system));
    initSharding(sharding, settings, new Layers(post, checkpoints, parcels));
    Duration wakeEvery = system.settings().config().getDuration("winnow.wake-every");
    ActorRef<RegistryMessage> registry =
        ClusterSingleton.get(system)
            .init(
                SingletonActor.of(
                        RunRegistry.create(post, wakeEvery, settings.admission(), settings.works()),
                        "registry")
                    .withSettings(ClusterSingletonSettings.create(system).withRole(CONTROL)));
    direct.registry(registry);
    List<ActorRef<WorkerMessage>> workers = new ArrayList<>();
    for (int i = 0; i < settings.workers(); i++) {
      Behavior<WorkerMessage> worker =
          Behaviors.supervise(worker(parcels, post, settings, clock))
              .onFailure(SupervisorStrategy.restart());
      workers.add(context.spawn(worker, "worker-" + i));
    }
    return new Made(post, checkpoints, registry, List.copyOf(workers));
  }

  private static Behavior<WorkerMessage> worker(
      Parcels parcels, Post post, NodeSettings settings, ComputeClock clock) {
    return parcels.opening(
        WorkerMessage.class, WorkerCommand.class, Worker.create(post, settings.sweeps(), clock));
  }

  /** What layers are made with. */
  private record Layers(Post post, CheckpointStore checkpoints, Parcels parcels) {
    Behavior<LayerMessage> create(String entityId) {
      return parcels.opening(
          LayerMessage.class, LayerCommand.class, LayerActor.create(entityId, post, checkpoints));
    }
  }

  private static void join(Cluster cluster, ClusterSettings settings) {
    if (settings.join().isEmpty()) {
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      return;
    }
    Address self = cluster.selfMember().address();
    List<Address> seeds =
        settings.join().stream()
            .map(n -> new Address(self.protocol(), self.system(), n.host(), n.port()))
            .toList();
    cluster.manager().tell(new JoinSeedNodes(seeds));
  }

  private static void initSharding(ClusterSharding sharding, NodeSettings settings, Layers layers) {
    sharding.init(
        Entity.of(LayerActor.TYPE, entity -> layers.create(entity.getEntityId()))
            .withRole(ADAPTERS)
            .withStopMessage(LayerActor.Stop.NOW)
            .withMessageExtractor(new LayerShards())
            .withAllocationStrategy(new BalancedAllocation())
            .withEntityProps(DispatcherSelector.fromConfig("winnow.layer-dispatcher")));
    RunCoordinator.Surroundings around =
        new RunCoordinator.Surroundings(layers.post, settings.planner(), settings.admission());
    sharding.init(
        Entity.of(
                RunCoordinator.TYPE, entity -> RunCoordinator.create(entity.getEntityId(), around))
            .withRole(CONTROL)
            .withAllocationStrategy(new StayingAllocation())
            .withStopMessage(RunCoordinator.Stop.NOW));
  }

  /** Waits for what the guardian makes while it is set up. */
  static Made await(CompletableFuture<Made> made, Duration deadline) {
    try {
      return made.get(deadline.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the node started", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the node did not start", e);
    }
  }
}
