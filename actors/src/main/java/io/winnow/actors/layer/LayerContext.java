package io.winnow.actors.layer;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What all phases of a layer share: who it is, whom it speaks to, and what it dropped so far. */
final class LayerContext {
  private final ActorContext<LayerMessage> actor;
  private final RunId run;
  private final String layer;
  private final Post post;
  private final CheckpointStore store;

  private CompletionStage<Done> slotCleared = CompletableFuture.completedFuture(Done.getInstance());
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

  private CheckpointStore.Slot slot() {
    return new CheckpointStore.Slot(run, layer);
  }

  CompletionStage<Optional<byte[]>> handedOff() {
    return store.handedOff(slot());
  }

  /** Stores a hand-off, after any deletion that is under way: that must not take this one. */
  CompletionStage<Done> handOff(byte[] blob) {
    CheckpointStore.Slot slot = slot();
    return slotCleared
        .exceptionally(notDeleted -> Done.getInstance())
        .thenCompose(cleared -> store.handOff(slot, blob));
  }

  /** A hand-off that was taken up, or that nobody will take up, only takes space. */
  void clearSlot() {
    slotCleared = store.deleteHandOff(slot());
    actor.pipeToSelf(
        slotCleared,
        (done, failure) ->
            failure == null
                ? new LayerEvent.Forgot(1)
                : new LayerEvent.ForgetFailed(Failures.rootMessage(failure)));
  }

  void answer(LayerReply reply) {
    post.toCoordinator(run, reply);
  }

  void send(ActorRef<WorkerMessage> worker, WorkerCommand.Parameters parameters) {
    post.toWorker(worker, parameters);
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
