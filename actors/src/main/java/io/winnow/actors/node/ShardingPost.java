package io.winnow.actors.node;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.parcel.Parcels;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.concurrent.atomic.AtomicReference;

/** The post of a node: cluster sharding, and the registry's proxy. Safe from any thread. */
final class ShardingPost implements Post {
  private final ClusterSharding sharding;
  private final Parcels parcels;
  private final AtomicReference<ActorRef<RegistryMessage>> registry = new AtomicReference<>();

  ShardingPost(ClusterSharding sharding, Parcels parcels) {
    this.sharding = sharding;
    this.parcels = parcels;
  }

  /** Where the registry is found; set once, before the first run is. */
  void registry(ActorRef<RegistryMessage> proxy) {
    registry.set(proxy);
  }

  @Override
  public void toLayer(RunId run, String layer, LayerCommand command) {
    EntityRef<LayerMessage> to =
        sharding.entityRefFor(LayerActor.TYPE, LayerActor.entityId(run, layer));
    parcels.send(command, bytes(command), to::tell, to::tell);
  }

  private static long bytes(LayerCommand command) {
    if (command instanceof LayerCommand.Gradient gradient) {
      return gradient.gradient().bytes();
    }
    return command instanceof LayerCommand.Restore restore ? restore.initial().bytes() : 0;
  }

  @Override
  public void toWorker(ActorRef<WorkerMessage> worker, WorkerCommand.Parameters parameters) {
    parcels.send(parameters, parameters.parameters().bytes(), worker::tell, worker::tell);
  }

  @Override
  public void toCoordinator(RunId run, CoordinatorMessage message) {
    sharding.entityRefFor(RunCoordinator.TYPE, run.value()).tell(message);
  }

  @Override
  public void toRegistry(RegistryMessage message) {
    ActorRef<RegistryMessage> proxy = registry.get();
    if (proxy == null) {
      throw new IllegalStateException("the registry is not started, but was sent " + message);
    }
    proxy.tell(message);
  }
}
