package io.winnow.actors.layer;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.StoreAbsence;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.HeadReport;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.LayerSize;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.ArrayList;
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

  private sealed interface Internal extends LayerMessage, NoSerializationVerificationNeeded {}

  private record Loaded(LayerCommand.Restore restore, LayerState state) implements Internal {}

  private record LoadFailed(LayerCommand.Restore restore, Throwable failure) implements Internal {}

  private record Stored(CheckpointId checkpoint, long bytes) implements Internal {}

  private record StoreFailed(CheckpointId checkpoint, Throwable failure) implements Internal {}

  private record Forgot(int checkpoints) implements Internal {}

  private record ForgetFailed(String reason) implements Internal {}

  private final ActorContext<LayerMessage> context;
  private final RunId run;
  private final String layer;
  private final Post post;
  private final CheckpointStore store;

  private long attempt;
  private long dropped;

  private LayerActor(
      ActorContext<LayerMessage> context, String entityId, Post post, CheckpointStore store) {
    this.context = context;
    int bar = entityId.indexOf('|');
    this.run = new RunId(entityId.substring(0, bar));
    this.layer = entityId.substring(bar + 1);
    this.post = post;
    this.store = store;
  }

  /** The entity id of a layer. */
  public static String entityId(RunId run, String layer) {
    return run.value() + "|" + layer;
  }

  /** A layer that holds nothing yet. */
  public static Behavior<LayerMessage> create(String entityId, Post post, CheckpointStore store) {
    return Behaviors.setup(context -> new LayerActor(context, entityId, post, store).unloaded());
  }

  // ------------------------------------------------------------------ unloaded

  private Behavior<LayerMessage> unloaded() {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Fetch.class, this::sayUnloaded)
        .onMessage(LayerCommand.Gradient.class, this::sayUnloaded)
        .onMessage(LayerCommand.Query.class, this::sayUnloaded)
        .onMessage(LayerCommand.Apply.class, this::sayUnloaded)
        .onMessage(LayerCommand.Save.class, this::sayUnloaded)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(Internal.class, this::onLateInternal)
        .build();
  }

  private Behavior<LayerMessage> sayUnloaded(LayerCommand command) {
    post.toCoordinator(run, new LayerReply.Unloaded(run, command.attempt(), layer));
    return Behaviors.same();
  }

  private Behavior<LayerMessage> onRestore(LayerCommand.Restore restore) {
    if (restore.attempt() <= attempt) {
      return drop("restore", restore);
    }
    attempt = restore.attempt();
    if (restore.from().equals(CheckpointId.START)) {
      return become(restore, LayerState.initial(restore.plan(), restore.initial()));
    }
    context.pipeToSelf(
        store
            .load(new CheckpointStore.Key(run, layer, restore.from()))
            .thenApply(blob -> decode(restore, blob)),
        (state, failure) ->
            failure == null ? new Loaded(restore, state) : new LoadFailed(restore, failure));
    return restoring();
  }

  private LayerState decode(LayerCommand.Restore restore, Optional<byte[]> blob) {
    byte[] bytes =
        blob.orElseThrow(
            () -> new IllegalStateException("nothing is stored under " + restore.from()));
    return LayerSnapshot.read(restore.plan(), restore.from().version(), bytes);
  }

  // ------------------------------------------------------------------ restoring

  private Behavior<LayerMessage> restoring() {
    return Behaviors.receive(LayerMessage.class)
        .onMessage(Loaded.class, this::onLoaded)
        .onMessage(LoadFailed.class, this::onLoadFailed)
        .onMessage(LayerCommand.Restore.class, this::onRestore)
        .onMessage(LayerCommand.Forget.class, this::onForget)
        .onMessageEquals(Stop.NOW, Behaviors::stopped)
        .onMessage(Internal.class, this::onLateInternal)
        .onMessage(LayerCommand.class, command -> drop("while restoring", command))
        .build();
  }

  private Behavior<LayerMessage> onLoaded(Loaded loaded) {
    return loaded.restore.attempt() == attempt
        ? become(loaded.restore, loaded.state)
        : Behaviors.same();
  }

  private Behavior<LayerMessage> onLoadFailed(LoadFailed failed) {
    if (failed.restore.attempt() != attempt) {
      return Behaviors.same();
    }
    context
        .getLog()
        .error(
            "run={} layer={} attempt={} event=restore-failed from={} reason={}",
            run,
            layer,
            attempt,
            failed.restore.from(),
            Failures.rootMessage(failed.failure));
    post.toCoordinator(
        run,
        new LayerReply.StoreFailed(
            run,
            attempt,
            layer,
            failed.restore.from().version(),
            Failures.rootMessage(failed.failure),
            StoreAbsence.explains(failed.failure)));
    attempt--; // the same Restore, said again, is tried again
    return unloaded();
  }

  private Behavior<LayerMessage> become(LayerCommand.Restore restore, LayerState state) {
    Live live = new Live(state);
    context
        .getLog()
        .info(
            "run={} layer={} attempt={} version={} event=layer-live",
            run,
            layer,
            attempt,
            state.version());
    post.toCoordinator(run, live.restored());
    return live.receive();
  }

  // ------------------------------------------------------------------ live

  /** One attempt's life: the state at its version, and what came in for the step after it. */
  private final class Live {
    private LayerState state;
    private StepInbox inbox = StepInbox.empty();
    private final List<LayerCommand.Fetch> parked = new ArrayList<>();
    private Optional<CheckpointId> storing = Optional.empty();
    private Optional<LayerReply.Saved> stored = Optional.empty();

    Live(LayerState state) {
      this.state = state;
    }

    Behavior<LayerMessage> receive() {
      return Behaviors.receive(LayerMessage.class)
          .onMessage(LayerCommand.Fetch.class, this::ofThisAttempt, this::onFetch)
          .onMessage(LayerCommand.Gradient.class, this::ofThisAttempt, this::onGradient)
          .onMessage(LayerCommand.Query.class, this::ofThisAttempt, this::onQuery)
          .onMessage(LayerCommand.Apply.class, this::ofThisAttempt, this::onApply)
          .onMessage(LayerCommand.Save.class, this::ofThisAttempt, this::onSave)
          .onMessage(LayerCommand.Restore.class, this::onRestoreAgain)
          .onMessage(LayerCommand.Forget.class, LayerActor.this::onForget)
          .onMessageEquals(Stop.NOW, Behaviors::stopped)
          .onMessage(Stored.class, this::onStored)
          .onMessage(StoreFailed.class, this::onStoreFailed)
          .onMessage(Internal.class, LayerActor.this::onLateInternal)
          .onMessage(LayerCommand.class, command -> drop("of another attempt", command))
          .build();
    }

    private boolean ofThisAttempt(LayerCommand command) {
      return command.attempt() == attempt;
    }

    LayerReply.Restored restored() {
      List<HeadReport> heads = state.heads().stream().map(h -> h.report(0f)).toList();
      return new LayerReply.Restored(run, attempt, layer, state.version(), size(), heads);
    }

    /** The answer to Restore may have been lost: while nothing moved, say it again. */
    private Behavior<LayerMessage> onRestoreAgain(LayerCommand.Restore restore) {
      if (restore.attempt() == attempt && restore.from().version() == state.version()) {
        post.toCoordinator(run, restored());
        return Behaviors.same();
      }
      return onRestore(restore);
    }

    private Behavior<LayerMessage> onFetch(LayerCommand.Fetch fetch) {
      if (fetch.version() == state.version()) {
        send(fetch.replyTo());
      } else if (fetch.version() == state.version() + 1) {
        parked.add(fetch);
      } else {
        return drop("fetch of version " + fetch.version(), fetch);
      }
      return Behaviors.same();
    }

    private void send(ActorRef<WorkerMessage> worker) {
      worker.tell(new WorkerCommand.Parameters(run, attempt, state.version(), state.published()));
    }

    private Behavior<LayerMessage> onGradient(LayerCommand.Gradient gradient) {
      boolean isNext = gradient.step() == state.version() + 1;
      if (!isNext || inbox.has(gradient.microBatch())) {
        return drop("gradient of step " + gradient.step(), gradient);
      }
      inbox = inbox.with(gradient);
      if (inbox.isComplete()) {
        sayReady();
      }
      return Behaviors.same();
    }

    private void sayReady() {
      post.toCoordinator(
          run,
          new LayerReply.LayerReady(
              run, attempt, state.version() + 1, state.report(inbox.total())));
    }

    /** Who is asked for a step beyond the next has lost what it once applied. */
    private Behavior<LayerMessage> onQuery(LayerCommand.Query query) {
      if (query.step() <= state.version()) {
        sayApplied(query.step());
      } else if (query.step() == state.version() + 1 && inbox.isComplete()) {
        sayReady();
      } else if (query.step() == state.version() + 1) {
        post.toCoordinator(
            run,
            new LayerReply.Missing(
                run, attempt, layer, query.step(), inbox.missing(query.microBatches())));
      } else {
        return sayUnloaded(query);
      }
      return Behaviors.same();
    }

    private Behavior<LayerMessage> onApply(LayerCommand.Apply apply) {
      long step = apply.decision().step();
      if (step <= state.version()) {
        sayApplied(step);
        return Behaviors.same();
      }
      if (step != state.version() + 1 || !inbox.isComplete()) {
        return drop("apply of step " + step, apply);
      }
      state = state.after(apply.decision(), inbox.total());
      inbox = StepInbox.empty();
      sayApplied(step);
      parked.forEach(fetch -> send(fetch.replyTo()));
      parked.clear();
      return Behaviors.same();
    }

    private void sayApplied(long step) {
      post.toCoordinator(run, new LayerReply.Applied(run, attempt, layer, step, size()));
    }

    private Behavior<LayerMessage> onSave(LayerCommand.Save save) {
      CheckpointId checkpoint = new CheckpointId(attempt, save.version());
      if (stored.filter(s -> s.version() == save.version()).isPresent()) {
        post.toCoordinator(run, stored.get());
      } else if (save.version() == state.version() && storing.isEmpty()) {
        storing = Optional.of(checkpoint);
        store(checkpoint);
      } else if (!storing.equals(Optional.of(checkpoint))) {
        return drop("save of version " + save.version(), save);
      }
      return Behaviors.same();
    }

    private void store(CheckpointId checkpoint) {
      byte[] blob = LayerSnapshot.write(state);
      context.pipeToSelf(
          store.save(new CheckpointStore.Key(run, layer, checkpoint), blob),
          (done, failure) ->
              failure == null
                  ? new Stored(checkpoint, blob.length)
                  : new StoreFailed(checkpoint, failure));
    }

    private Behavior<LayerMessage> onStored(Stored done) {
      if (storing.equals(Optional.of(done.checkpoint))) {
        storing = Optional.empty();
        stored =
            Optional.of(
                new LayerReply.Saved(run, attempt, layer, done.checkpoint.version(), done.bytes));
        post.toCoordinator(run, stored.get());
      }
      return Behaviors.same();
    }

    private Behavior<LayerMessage> onStoreFailed(StoreFailed failed) {
      context
          .getLog()
          .error(
              "run={} layer={} event=save-failed checkpoint={} reason={}",
              run,
              layer,
              failed.checkpoint,
              Failures.rootMessage(failed.failure));
      if (storing.equals(Optional.of(failed.checkpoint))) {
        storing = Optional.empty();
        post.toCoordinator(
            run,
            new LayerReply.StoreFailed(
                run,
                attempt,
                layer,
                failed.checkpoint.version(),
                Failures.rootMessage(failed.failure),
                StoreAbsence.explains(failed.failure)));
      }
      return Behaviors.same();
    }

    private LayerSize size() {
      long parameters = state.heads().stream().mapToLong(HeadState::parameters).sum();
      long optimizer = state.heads().stream().mapToLong(HeadState::optimizerBytes).sum();
      for (var tensor : state.tensors()) {
        parameters += tensor.values().length;
        optimizer += tensor.moments().bytes();
      }
      return new LayerSize(state.heads().size(), parameters, optimizer, dropped);
    }
  }

  // ------------------------------------------------------------------ in every phase

  private Behavior<LayerMessage> onForget(LayerCommand.Forget forget) {
    List<CheckpointStore.Key> keys =
        forget.checkpoints().stream()
            .map(checkpoint -> new CheckpointStore.Key(run, layer, checkpoint))
            .toList();
    context.pipeToSelf(
        store.delete(keys),
        (done, failure) ->
            failure == null
                ? new Forgot(keys.size())
                : new ForgetFailed(Failures.rootMessage(failure)));
    return Behaviors.same();
  }

  private Behavior<LayerMessage> onLateInternal(Internal late) {
    if (late instanceof ForgetFailed failed) {
      context
          .getLog()
          .warn(
              "run={} layer={} event=forget-failed reason={} (space is not freed, nothing is lost)",
              run,
              layer,
              failed.reason);
    }
    return Behaviors.same();
  }

  private Behavior<LayerMessage> drop(String what, LayerCommand command) {
    dropped++;
    context
        .getLog()
        .debug(
            "run={} layer={} attempt={} event=dropped what={} of-attempt={}",
            run,
            layer,
            attempt,
            what,
            command.attempt());
    return Behaviors.same();
  }
}
