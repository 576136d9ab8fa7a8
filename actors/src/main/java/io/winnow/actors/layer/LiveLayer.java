package io.winnow.actors.layer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.winnow.actors.node.Failures;
import io.winnow.actors.store.StoreAbsence;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.io.LayerHandOff;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One attempt's life of a layer: the state at its version, and what came in for the steps after it:
 * the next one, and as many more as the run's staleness allows. Confined to the layer's actor.
 */
final class LiveLayer {
  private final LayerContext layer;
  private final RunId run;
  private final long attempt;
  private LayerState state;
  private final int staleness;
  private final SortedMap<Long, StepInbox> inboxes = new TreeMap<>();
  private final Map<ActorRef<WorkerMessage>, LayerCommand.Fetch> parked = new LinkedHashMap<>();
  private Optional<CheckpointId> storing = Optional.empty();
  private Optional<LayerReply.Saved> stored = Optional.empty();

  private LiveLayer(LayerContext layer, long attempt, int staleness, LayerState state) {
    this.layer = layer;
    this.run = layer.run();
    this.attempt = attempt;
    this.staleness = staleness;
    this.state = state;
  }

  /** The layer as a Restore made it. */
  static LiveLayer restored(LayerContext layer, LayerCommand.Restore restore, LayerState state) {
    return new LiveLayer(layer, restore.attempt(), restore.staleness(), state);
  }

  /** The layer as its predecessor left it. */
  static LiveLayer takingUp(LayerContext layer, LayerHandOff handOff) {
    LiveLayer live = new LiveLayer(layer, handOff.attempt(), handOff.staleness(), handOff.state());
    handOff.sums().forEach((step, sum) -> live.inboxes.put(step, StepInbox.complete(sum)));
    return live;
  }

  /** What a successor needs: the state, and the sums of those steps that are complete. */
  LayerHandOff handOff() {
    SortedMap<Long, LayerGradient> sums = new TreeMap<>();
    inboxes.forEach(
        (step, inbox) -> {
          if (inbox.isComplete()) {
            sums.put(step, inbox.total());
          }
        });
    return new LayerHandOff(attempt, staleness, state, sums);
  }

  /** Fetches of the next version, which the successor will have. */
  List<LayerCommand.Fetch> parked() {
    return List.copyOf(parked.values());
  }

  long version() {
    return state.version();
  }

  LayerReply.TakenUp takenUp() {
    return new LayerReply.TakenUp(run, attempt, layer.layer(), state.version());
  }

  boolean isOfThisAttempt(LayerCommand command) {
    return command.attempt() == attempt;
  }

  LayerReply.Restored restored() {
    List<HeadReport> heads = state.heads().stream().map(h -> h.report(0f)).toList();
    return new LayerReply.Restored(run, attempt, layer.layer(), state.version(), size(), heads);
  }

  /** Whether this Restore is the one that made it and nothing moved since. */
  boolean isAsAfter(LayerCommand.Restore restore) {
    return restore.attempt() == attempt && restore.from().version() == state.version();
  }

  Behavior<LayerMessage> onFetch(LayerCommand.Fetch fetch) {
    long age = state.version() - fetch.version();
    if (age >= 0 && age <= staleness) {
      send(fetch.replyTo());
    } else if (age == -1) {
      parked.put(fetch.replyTo(), fetch); // of a worker that asks again, the newest counts
    } else {
      return layer.drop("fetch of version " + fetch.version(), fetch);
    }
    return Behaviors.same();
  }

  private void send(ActorRef<WorkerMessage> worker) {
    layer.send(
        worker, new WorkerCommand.Parameters(run, attempt, state.version(), state.published()));
  }

  Behavior<LayerMessage> onGradient(LayerCommand.Gradient gradient) {
    long ahead = gradient.step() - state.version() - 1;
    StepInbox inbox = inbox(gradient.step());
    if (ahead < 0 || ahead > staleness || inbox.has(gradient.microBatch())) {
      return layer.drop("gradient of step " + gradient.step(), gradient);
    }
    inboxes.put(gradient.step(), inbox.with(gradient));
    if (ahead == 0) {
      sayIfReady();
    }
    return Behaviors.same();
  }

  private StepInbox inbox(long step) {
    return inboxes.getOrDefault(step, StepInbox.empty());
  }

  /** Whether all gradients of the next step are in. */
  private boolean isReady() {
    return inbox(state.version() + 1).isComplete();
  }

  /** The report is about the state that the step will be applied to, so it is made no earlier. */
  private void sayIfReady() {
    if (isReady()) {
      long step = state.version() + 1;
      layer.answer(
          new LayerReply.LayerReady(run, attempt, step, state.report(inbox(step).total())));
    }
  }

  Behavior<LayerMessage> onQuery(LayerCommand.Query query) {
    if (state.version() < query.version()) {
      return layer.sayUnloaded(query); // what it once applied it has lost
    } else if (query.step() <= state.version()) {
      sayApplied(query.step());
    } else if (query.step() == state.version() + 1 && isReady()) {
      sayIfReady();
    } else {
      layer.answer(
          new LayerReply.Missing(
              run,
              attempt,
              layer.layer(),
              query.step(),
              inbox(query.step()).missing(query.microBatches())));
    }
    return Behaviors.same();
  }

  Behavior<LayerMessage> onApply(LayerCommand.Apply apply) {
    long step = apply.decision().step();
    if (step <= state.version()) {
      sayApplied(step);
      return Behaviors.same();
    }
    if (step != state.version() + 1 || !isReady()) {
      return layer.drop("apply of step " + step, apply);
    }
    state = state.after(apply.decision(), inboxes.remove(step).total());
    layer
        .actor()
        .getLog()
        .debug(
            "run={} layer={} attempt={} event=applied version={}",
            run,
            layer.layer(),
            attempt,
            step);
    sayApplied(step);
    sayIfReady();
    parked.keySet().forEach(this::send);
    parked.clear();
    return Behaviors.same();
  }

  private void sayApplied(long step) {
    layer.answer(new LayerReply.Applied(run, attempt, layer.layer(), step, size()));
  }

  Behavior<LayerMessage> onSave(LayerCommand.Save save) {
    CheckpointId checkpoint = new CheckpointId(attempt, save.version());
    if (stored.filter(s -> s.version() == save.version()).isPresent()) {
      layer.answer(stored.get());
    } else if (save.version() == state.version() && storing.isEmpty()) {
      storing = Optional.of(checkpoint);
      store(checkpoint);
    } else if (!storing.equals(Optional.of(checkpoint))) {
      return layer.drop("save of version " + save.version(), save);
    }
    return Behaviors.same();
  }

  private void store(CheckpointId checkpoint) {
    byte[] blob = LayerSnapshot.write(state);
    layer
        .actor()
        .pipeToSelf(
            layer.store().save(layer.key(checkpoint), blob),
            (done, failure) ->
                failure == null
                    ? new LayerEvent.Stored(checkpoint, blob.length)
                    : new LayerEvent.StoreFailed(checkpoint, failure));
  }

  Behavior<LayerMessage> onStored(LayerEvent.Stored done) {
    if (storing.equals(Optional.of(done.checkpoint()))) {
      storing = Optional.empty();
      stored =
          Optional.of(
              new LayerReply.Saved(
                  run, attempt, layer.layer(), done.checkpoint().version(), done.bytes()));
      layer.answer(stored.get());
    }
    return Behaviors.same();
  }

  Behavior<LayerMessage> onStoreFailed(LayerEvent.StoreFailed failed) {
    String reason = Failures.rootMessage(failed.failure());
    layer
        .actor()
        .getLog()
        .error(
            "run={} layer={} event=save-failed checkpoint={} reason={}",
            run,
            layer.layer(),
            failed.checkpoint(),
            reason);
    if (storing.equals(Optional.of(failed.checkpoint()))) {
      storing = Optional.empty();
      layer.answer(
          new LayerReply.StoreFailed(
              run,
              attempt,
              layer.layer(),
              failed.checkpoint().version(),
              reason,
              StoreAbsence.explains(failed.failure())));
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
    return new LayerSize(state.heads().size(), parameters, optimizer, layer.dropped());
  }
}
