package io.winnow.actors.node;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import java.util.concurrent.atomic.AtomicReference;

/** The post of a node: cluster sharding, and the registry's proxy. Safe from any thread. */
final class ShardingPost implements Post {
  private final ClusterSharding sharding;
  private final AtomicReference<ActorRef<RegistryMessage>> registry = new AtomicReference<>();

  ShardingPost(ClusterSharding sharding) {
    this.sharding = sharding;
  }

  /** Where the registry is found; set once, before the first run is. */
  void registry(ActorRef<RegistryMessage> proxy) {
    registry.set(proxy);
  }

  @Override
  public void toLayer(RunId run, String layer, LayerCommand command) {
    sharding.entityRefFor(LayerActor.TYPE, LayerActor.entityId(run, layer)).tell(command);
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
