package io.winnow.actors.layer;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.StoreAbsence;
import io.winnow.model.io.LayerHandOff;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Owns A, B, omega and all optimizer state of one layer's adapters. It holds nothing when it
 * starts, and what it holds it holds at exactly one version: a gradient is for the step after that
 * version or it is dropped, a step is applied once or not at all. Phases: looking (for what a
 * predecessor handed off), unloaded, restoring, live, handing off. A command of a lower attempt is
 * dropped in every phase.
 */
public final class LayerActor {
  /** How sharding knows layers; the entity id is {@code run|layer}. */
  public static final EntityTypeKey<LayerMessage> TYPE =
      EntityTypeKey.create(LayerMessage.class, "LayerActor");

  /** Said by sharding when it moves the layer or the node leaves. */
  public enum Stop implements LayerMessage, NoSerializationVerificationNeeded {
    NOW
  }

  /**
   * What waits while the store is asked. The protocol sends a layer one Fetch per worker, one
   * Gradient per micro-batch and a handful of commands at a time; what is beyond this is dropped
   * like a message that was lost, and asked for again.
   */
  private static final int WAITING = 1_024;

  /** Shorter than what sharding gives a shard, and a node its shards, to stop. */
  private static final Duration HAND_OFF_LIMIT = Duration.ofSeconds(15);

  private final LayerContext layer;
  private final StashBuffer<LayerMessage> waiting;

  private long attempt;

  private LayerActor(LayerContext layer, StashBuffer<LayerMessage> waiting) {
    this.layer = layer;
    this.waiting = waiting;
  }

  /** The entity id of a layer. */
  public static String entityId(RunId run, String layer) {
    return run.value() + "|" + layer;
  }

  /** A layer that holds nothing but what a predecessor may have handed off. */
  public static Behavior<LayerMessage> create(String entityId, Post post, CheckpointStore store) {
    return Behaviors.setup(
        context ->
            Behaviors.withStash(
                WAITING,
                waiting ->
                    new LayerActor(new LayerContext(context, entityId, post, store), waiting)
                        .look()));
  }

  // ------------------------------------------------------------------ looking

  private Behavior<LayerMessage> look() {
    String name = layer.layer();
    context()
        .pipeToSelf(
            layer.handedOff().thenApply(found -> found.map(b -> LayerHandOff.read(name, b))),
            (found, failure) ->
                failure == null
                    ? new LayerEvent.Looked(found)
                    : new LayerEvent.LookFailed(Failures.rootMessage(failure)));
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerEvent.Looked.class, this::onLooked)
        .onMessage(LayerEvent.LookFailed.class, this::onLookFailed)
        .onMessageEquals(Stop.NOW, this::leave)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessage(LayerCommand.class, this::keep)
        .build();
  }

  private Behavior<LayerMessage> keep(LayerCommand command) {
    if (waiting.isFull()) {
      return layer.drop("too many are waiting", command);
    }
    waiting.stash(command);
    return Behaviors.same();
  }

  private Behavior<LayerMessage> onLooked(LayerEvent.Looked looked) {
    return waiting.unstashAll(looked.found().map(this::takeUp).orElseGet(this::unloaded));
  }

  private Behavior<LayerMessage> takeUp(LayerHandOff handOff) {
    attempt = handOff.attempt();
    LiveLayer live = LiveLayer.takingUp(layer, handOff);
    context()
        .getLog()
        .info(
            "run={} layer={} attempt={} event=hand-off-taken-up version={} sums={}",
            layer.run(),
            layer.layer(),
            attempt,
            live.version(),
            handOff.sums().keySet());
    layer.clearSlot();
    layer.answer(live.takenUp());
    return live(live);
  }

  private Behavior<LayerMessage> onLookFailed(LayerEvent.LookFailed failed) {
    context()
        .getLog()
        .error(
            "run={} layer={} event=hand-off-unreadable reason={}",
            layer.run(),
            layer.layer(),
            failed.reason());
    return waiting.unstashAll(unloaded());
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
        .onMessage(LayerCommand.Release.class, this::onRelease)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .build();
  }

  /** The attempt is over: what it held, or left for a successor, nobody needs. */
  private Behavior<LayerMessage> onRelease(LayerCommand.Release release) {
    if (release.attempt() < attempt) {
      return layer.drop("release", release);
    }
    attempt = release.attempt();
    layer.clearSlot();
    return unloaded();
  }

  private Behavior<LayerMessage> onRestore(LayerCommand.Restore restore) {
    if (restore.attempt() <= attempt) {
      return layer.drop("restore", restore);
    }
    attempt = restore.attempt();
    if (restore.from().equals(CheckpointId.START)) {
      return become(LayerState.initial(restore.plan(), restore.initial()));
    }
    context()
        .pipeToSelf(
            layer.store().load(layer.key(restore.from())).thenApply(blob -> decode(restore, blob)),
            (state, failure) ->
                failure == null
                    ? new LayerEvent.Loaded(restore, state)
                    : new LayerEvent.LoadFailed(restore, failure));
    return restoring(restore);
  }

  private static LayerState decode(LayerCommand.Restore restore, Optional<byte[]> blob) {
    byte[] bytes =
        blob.orElseThrow(
            () -> new IllegalStateException("nothing is stored under " + restore.from()));
    return LayerSnapshot.read(restore.plan(), restore.from().version(), bytes);
  }

  // ------------------------------------------------------------------ restoring

  private Behavior<LayerMessage> restoring(LayerCommand.Restore restore) {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerEvent.Loaded.class, this::onLoaded)
        .onMessage(LayerEvent.LoadFailed.class, this::onLoadFailed)
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessage(LayerCommand.Release.class, this::onRelease)
        .onMessageEquals(Stop.NOW, () -> leaveWith(List.of(restore)))
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessage(LayerCommand.class, command -> layer.drop("while restoring", command))
        .build();
  }

  private Behavior<LayerMessage> onLoaded(LayerEvent.Loaded loaded) {
    return loaded.restore().attempt() == attempt ? become(loaded.state()) : Behaviors.same();
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
            Failures.rootMessage(failed.failure()));
    layer.answer(
        new LayerReply.StoreFailed(
            layer.run(),
            attempt,
            layer.layer(),
            from.version(),
            Failures.rootMessage(failed.failure()),
            StoreAbsence.explains(failed.failure())));
    attempt--; // the same Restore, said again, is tried again
    return unloaded();
  }

  private Behavior<LayerMessage> become(LayerState state) {
    LiveLayer live = new LiveLayer(layer, attempt, state);
    context()
        .getLog()
        .info(
            "run={} layer={} attempt={} version={} event=layer-live",
            layer.run(),
            layer.layer(),
            attempt,
            state.version());
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
        .onMessage(LayerCommand.Release.class, this::onRelease)
        .onMessageEquals(Stop.NOW, () -> handOff(live))
        .onMessage(LayerEvent.Stored.class, live::onStored)
        .onMessage(LayerEvent.StoreFailed.class, live::onStoreFailed)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessage(LayerCommand.class, this::onOfAnotherAttempt)
        .build();
  }

  /** Who is spoken to by a later attempt took up what was handed off before that began. */
  private Behavior<LayerMessage> onOfAnotherAttempt(LayerCommand command) {
    return command.attempt() > attempt
        ? layer.sayUnloaded(command)
        : layer.drop("of another attempt", command);
  }

  /** The answer to Restore may have been lost: while nothing moved, say it again. */
  private Behavior<LayerMessage> sayRestored(LiveLayer live) {
    layer.answer(live.restored());
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ handing off

  /** Stores what a successor needs, then stops; where the store fails the layer is lost. */
  private Behavior<LayerMessage> handOff(LiveLayer live) {
    byte[] blob = live.handOff().toBytes();
    context()
        .pipeToSelf(
            layer.handOff(blob),
            (done, failure) ->
                failure == null
                    ? new LayerEvent.HandedOff(blob.length)
                    : new LayerEvent.HandOffFailed(Failures.rootMessage(failure)));
    context()
        .scheduleOnce(
            HAND_OFF_LIMIT,
            context().getSelf(),
            new LayerEvent.HandOffFailed("the store did not answer in " + HAND_OFF_LIMIT));
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerEvent.HandedOff.class, done -> onHandedOff(live, done))
        .onMessage(LayerEvent.HandOffFailed.class, failed -> onHandOffFailed(live, failed))
        .onMessage(LayerEvent.Stored.class, live::onStored)
        .onMessage(LayerEvent.StoreFailed.class, live::onStoreFailed)
        .onMessage(LayerEvent.class, this::onLateEvent)
        .onMessageEquals(Stop.NOW, Behaviors::same)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessage(LayerCommand.class, this::keep)
        .build();
  }

  private Behavior<LayerMessage> onHandedOff(LiveLayer live, LayerEvent.HandedOff done) {
    context()
        .getLog()
        .info(
            "run={} layer={} attempt={} event=handed-off version={} bytes={}",
            layer.run(),
            layer.layer(),
            attempt,
            live.version(),
            done.bytes());
    return leaveWith(live.parked());
  }

  private Behavior<LayerMessage> onHandOffFailed(LiveLayer live, LayerEvent.HandOffFailed failed) {
    context()
        .getLog()
        .error(
            "run={} layer={} attempt={} event=hand-off-failed version={} reason={}",
            layer.run(),
            layer.layer(),
            attempt,
            live.version(),
            failed.reason());
    return leaveWith(live.parked());
  }

  private Behavior<LayerMessage> leaveWith(List<? extends LayerCommand> owed) {
    owed.forEach(layer::sendOn);
    return leave();
  }

  /** What waits here goes on to the successor, for which sharding keeps it. */
  private Behavior<LayerMessage> leave() {
    waiting.forEach(message -> layer.sendOn((LayerCommand) message));
    return Behaviors.stopped();
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
