package io.winnow.actors.layer;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import java.util.List;
import java.util.Optional;

/**
 * Owns A, B, omega and all optimizer state of one layer's adapters. It holds nothing when it
 * starts, and what it holds it holds at exactly one version: a gradient is for the step after that
 * version or it is dropped, a step is applied once or not at all. Phases: unloaded, restoring,
 * live. A command of a lower attempt is dropped in every phase.
 */
public final class LayerActor {
  /** How sharding knows layers; the entity id is {@code run|layer}. */
  public static final EntityTypeKey<LayerMessage> TYPE =
      EntityTypeKey.create(LayerMessage.class, "LayerActor");

  /** Said by sharding when it moves the layer or the node leaves. */
  public enum Stop implements LayerMessage, NoSerializationVerificationNeeded {
    NOW
  }

  private final LayerContext layer;

  private long attempt;

  private LayerActor(LayerContext layer) {
    this.layer = layer;
  }

  /** The entity id of a layer. */
  public static String entityId(RunId run, String layer) {
    return run.value() + "|" + layer;
  }

  /** A layer that holds nothing yet. */
  public static Behavior<LayerMessage> create(String entityId, Post post, CheckpointStore store) {
    return Behaviors.setup(
        context -> new LayerActor(new LayerContext(context, entityId, post, store)).unloaded());
  }

  // ------------------------------------------------------------------ unloaded

  private Behavior<LayerMessage> unloaded() {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Fetch.class, layer::sayUnloaded)
        .onMessage(LayerCommand.Gradient.class, layer::sayUnloaded)
        .onMessage(LayerCommand.Query.class, layer::sayUnloaded)
        .onMessage(LayerCommand.Apply.class, layer::sayUnloaded)
        .onMessage(LayerCommand.Save.class, layer::sayUnloaded)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .build();
  }

  private Behavior<LayerMessage> onRestore(LayerCommand.Restore restore) {
    if (restore.attempt() <= attempt) {
      return layer.drop("restore", restore);
    }
    attempt = restore.attempt();
    if (restore.from().equals(CheckpointId.START)) {
      return become(restore, LayerState.initial(restore.plan(), restore.initial()));
    }
    context()
        .pipeToSelf(
            layer.store().load(layer.key(restore.from())).thenApply(blob -> decode(restore, blob)),
            (state, failure) ->
                failure == null
                    ? new LayerEvent.Loaded(restore, state)
                    : new LayerEvent.LoadFailed(restore, Failures.rootMessage(failure)));
    return restoring();
  }

  private static LayerState decode(LayerCommand.Restore restore, Optional<byte[]> blob) {
    byte[] bytes =
        blob.orElseThrow(
            () -> new IllegalStateException("nothing is stored under " + restore.from()));
    return LayerSnapshot.read(restore.plan(), restore.from().version(), bytes);
  }

  // ------------------------------------------------------------------ restoring

  private Behavior<LayerMessage> restoring() {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerEvent.Loaded.class, this::onLoaded)
        .onMessage(LayerEvent.LoadFailed.class, this::onLoadFailed)
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessage(LayerCommand.class, command -> layer.drop("while restoring", command))
        .build();
  }

  private Behavior<LayerMessage> onLoaded(LayerEvent.Loaded loaded) {
    return loaded.restore().attempt() == attempt
        ? become(loaded.restore(), loaded.state())
        : Behaviors.same();
  }

  private Behavior<LayerMessage> onLoadFailed(LayerEvent.LoadFailed failed) {
    if (failed.restore().attempt() != attempt) {
      return Behaviors.same();
    }
    CheckpointId from = failed.restore().from();
    context()
        .getLog()
        .error(
            "run={} layer={} attempt={} event=restore-failed from={} reason={}",
            layer.run(),
            layer.layer(),
            attempt,
            from,
            failed.reason());
    layer.answer(
        new LayerReply.StoreFailed(
            layer.run(), attempt, layer.layer(), from.version(), failed.reason()));
    attempt--; // the same Restore, said again, is tried again
    return unloaded();
  }

  private Behavior<LayerMessage> become(LayerCommand.Restore restore, LayerState state) {
    LiveLayer live = new LiveLayer(layer, restore, state);
    layer.answer(live.restored());
    return live(live);
  }

  // ------------------------------------------------------------------ live

  private Behavior<LayerMessage> live(LiveLayer live) {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerCommand.Fetch.class, live::isOfThisAttempt, live::onFetch)
        .onMessage(LayerCommand.Gradient.class, live::isOfThisAttempt, live::onGradient)
        .onMessage(LayerCommand.Query.class, live::isOfThisAttempt, live::onQuery)
        .onMessage(LayerCommand.Apply.class, live::isOfThisAttempt, live::onApply)
        .onMessage(LayerCommand.Save.class, live::isOfThisAttempt, live::onSave)
        .onMessage(LayerCommand.Restore.class, live::isAsAfter, again -> sayRestored(live))
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(LayerEvent.Stored.class, live::onStored)
        .onMessage(LayerEvent.StoreRefused.class, live::onStoreRefused)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessage(LayerCommand.class, command -> layer.drop("of another attempt", command))
        .build();
  }

  /** The answer to Restore may have been lost: while nothing moved, say it again. */
  private Behavior<LayerMessage> sayRestored(LiveLayer live) {
    layer.answer(live.restored());
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ in every phase

  private ActorContext<LayerMessage> context() {
    return layer.actor();
  }

  private Behavior<LayerMessage> onForget(LayerCommand.Forget forget) {
    List<CheckpointStore.Key> keys = forget.checkpoints().stream().map(layer::key).toList();
    context()
        .pipeToSelf(
            layer.store().delete(keys),
            (done, failure) ->
                failure == null
                    ? new LayerEvent.Forgot(keys.size())
                    : new LayerEvent.ForgetFailed(Failures.rootMessage(failure)));
    return Behaviors.same();
  }

  private Behavior<LayerMessage> onLateEvent(LayerEvent late) {
    if (late instanceof LayerEvent.ForgetFailed failed) {
      context()
          .getLog()
          .warn(
              "run={} layer={} event=forget-failed reason={} (space is not freed, nothing is lost)",
              layer.run(),
              layer.layer(),
              failed.reason());
    }
    return Behaviors.same();
  }
}
