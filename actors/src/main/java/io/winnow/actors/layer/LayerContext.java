package io.winnow.actors.layer;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;

/** What all phases of a layer share: who it is, whom it speaks to, and what it dropped so far. */
final class LayerContext {
  private final ActorContext<LayerMessage> actor;
  private final RunId run;
  private final String layer;
  private final Post post;
  private final CheckpointStore store;

  private long dropped;

  LayerContext(
      ActorContext<LayerMessage> actor, String entityId, Post post, CheckpointStore store) {
    this.actor = actor;
    int bar = entityId.indexOf('|');
    this.run = new RunId(entityId.substring(0, bar));
    this.layer = entityId.substring(bar + 1);
    this.post = post;
    this.store = store;
  }

  ActorContext<LayerMessage> actor() {
    return actor;
  }

  RunId run() {
    return run;
  }

  String layer() {
    return layer;
  }

  CheckpointStore store() {
    return store;
  }

  /** Messages that changed nothing. */
  long dropped() {
    return dropped;
  }

  CheckpointStore.Key key(CheckpointId checkpoint) {
    return new CheckpointStore.Key(run, layer, checkpoint);
  }

  void answer(LayerReply reply) {
    post.toCoordinator(run, reply);
  }

  /** To this layer, wherever it is by then. */
  void sendOn(LayerCommand command) {
    post.toLayer(run, layer, command);
  }

  Behavior<LayerMessage> sayUnloaded(LayerCommand command) {
    answer(new LayerReply.Unloaded(run, command.attempt(), layer));
    return Behaviors.same();
  }

  Behavior<LayerMessage> drop(String what, LayerCommand command) {
    dropped++;
    actor
        .getLog()
        .debug(
            "run={} layer={} event=dropped what={} of-attempt={}",
            run,
            layer,
            what,
            command.attempt());
    return Behaviors.same();
  }
}
