package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.winnow.actors.node.Post;
import io.winnow.actors.worker.Worker;
import io.winnow.model.task.Batch;
import io.winnow.model.train.Decide;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Drives the steps of one attempt: restore the layers, then draw, assign, collect, decide, apply,
 * and between two steps what is due (evaluation, checkpoint, end). It holds nothing that is not in
 * the store or in the layers: when it is lost, the next attempt begins at the counted checkpoint.
 * Only the step loop retries; layers and workers answer what they are asked.
 */
public final class StepLoop {
  private enum Internal implements StepLoopMessage, NoSerializationVerificationNeeded {
    TICK,
    STORE_AGAIN,
    NODES_CHANGED
  }

  private record WorkersListed(Receptionist.Listing listing)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  /**
   * When nothing moved for this long (or half a step deadline), the loop asks for the first time,
   * then after twice as long, and so on: messages are lost when layers and workers come and go, and
   * to ask is cheap.
   */
  private static final Duration FIRST_ASK = Duration.ofSeconds(2);

  /** How often the loop looks whether anything moved, per first asking. */
  private static final int TICKS_PER_ASK = 2;

  private final LoopContext loop;
  private final RunPlan plan;
  private final Sampler sampler;
  private final Heads heads;
  private final Layers layers;
  private final Crew crew;
  private final OpenSteps open;
  private final Evaluating evaluating;
  private final Checkpointing checkpoints;
  private final StoreWait store;
  private final Changes changes;
  private final Agenda agenda;
  private final Chronicle chronicle;

  private Steering steering;
  private Progress progress;
  private @Nullable String draining;
  private boolean ended;
  private long movedNanos = System.nanoTime();
  private Duration nextAsk;

  /** What an attempt begins with. */
  public record Attempt(
      RunId run,
      long number,
      CheckpointId from,
      Progress progress,
      List<Steering.Journalled> settings,
      @Nullable Fingerprints fingerprints) {}

  private StepLoop(LoopContext loop, TimerScheduler<StepLoopMessage> timers) {
    this.loop = loop;
    this.plan = loop.plan();
    this.sampler = plan.sampler();
    this.heads =
        new Heads(plan.sweep().trainable(), plan.config().method().name().text(), plan.layers());
    this.layers = new Layers(loop, heads);
    this.crew = new Crew(loop);
    this.open = new OpenSteps(plan.config().pace().staleness());
    this.evaluating = new Evaluating(loop, crew);
    this.checkpoints = new Checkpointing(loop);
    this.store = new StoreWait(loop, timers, Internal.STORE_AGAIN);
    this.changes = new Changes(loop);
    this.agenda = new Agenda(plan);
    this.chronicle = new Chronicle(loop, heads, checkpoints);
    this.progress = loop.attempt().progress().forgivingAfter(plan.config().failure().maxBadSteps());
    this.steering =
        new Steering(plan.config(), plan.totalSteps(), loop.attempt().settings())
            .at(progress.version());
    this.nextAsk = firstAsk();
    timers.startTimerWithFixedDelay(Internal.TICK, nextAsk.dividedBy(TICKS_PER_ASK));
  }

  /** The loop of an attempt; {@code coordinator} is its parent. */
  public static Behavior<StepLoopMessage> create(
      Attempt attempt, RunPlan plan, Post post, ActorRef<CoordinatorMessage> coordinator) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  LoopContext loop = new LoopContext(context, attempt, plan, post, coordinator);
                  return new StepLoop(loop, timers).begin();
                }));
  }

  private Behavior<StepLoopMessage> begin() {
    loop.actor()
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                Worker.KEY,
                loop.actor().messageAdapter(Receptionist.Listing.class, WorkersListed::new)));
    watchNodes();
    layers.restore(progress.liveLayers());
    return receive();
  }

  private void watchNodes() {
    var subscriptions = Cluster.get(loop.actor().getSystem()).subscriptions();
    subscriptions.tell(
        Subscribe.create(
            loop.actor()
                .messageAdapter(ClusterEvent.MemberRemoved.class, gone -> Internal.NODES_CHANGED),
            ClusterEvent.MemberRemoved.class));
    subscriptions.tell(
        Subscribe.create(
            loop.actor()
                .messageAdapter(ClusterEvent.ReachableMember.class, back -> Internal.NODES_CHANGED),
            ClusterEvent.ReachableMember.class));
  }

  private Behavior<StepLoopMessage> receive() {
    ReceiveBuilder<StepLoopMessage> on = ReceiveBuilder.create();
    return on.onMessage(WorkersListed.class, this::onWorkersListed)
        .onMessage(SweepReply.Prepared.class, this::ofThisAttempt, this::onPrepared)
        .onMessage(SweepReply.Refused.class, this::ofThisAttempt, this::onRefused)
        .onMessage(SweepReply.Finished.class, this::ofThisAttempt, this::onFinished)
        .onMessage(SweepReply.Evaluated.class, this::ofThisAttempt, this::onEvaluated)
        .onMessage(SweepReply.Failed.class, this::ofThisAttempt, this::onFailed)
        .onMessage(LayerReply.Restored.class, this::ofThisAttempt, this::onRestored)
        .onMessage(LayerReply.Unloaded.class, this::ofThisAttempt, this::onUnloaded)
        .onMessage(LayerReply.LayerReady.class, this::ofThisAttempt, this::onLayerReady)
        .onMessage(LayerReply.Applied.class, this::ofThisAttempt, this::onApplied)
        .onMessage(LayerReply.Missing.class, this::ofThisAttempt, this::onMissing)
        .onMessage(LayerReply.Saved.class, this::ofThisAttempt, this::onSaved)
        .onMessage(LayerReply.StoreFailed.class, this::ofThisAttempt, this::onStoreFailed)
        .onMessage(LayerReply.TakenUp.class, this::ofThisAttempt, this::onTakenUp)
        .onMessage(StepLoopCommand.MaySave.class, this::onMaySave)
        .onMessage(StepLoopCommand.Counted.class, this::onCounted)
        .onMessage(StepLoopCommand.Drain.class, this::onDrain)
        .onMessage(StepLoopCommand.Checkpoint.class, this::onCheckpointWanted)
        .onMessage(StepLoopCommand.Change.class, this::onChange)
        .onMessage(StepLoopCommand.ChangeJournalled.class, this::onChangeJournalled)
        .onMessage(Evaluating.Scored.class, this::onScored)
        .onMessage(Evaluating.ScoringFailed.class, this::onScoringFailed)
        .onMessageEquals(Crew.Look.FOR_LATE_SWEEPS, this::onLook)
        .onMessageEquals(Internal.TICK, this::onTick)
        .onMessageEquals(Internal.STORE_AGAIN, this::onStoreAgain)
        .onMessageEquals(Internal.NODES_CHANGED, this::onNodesChanged)
        .onMessage(StepLoopMessage.class, this::onOfAnotherAttempt)
        .onSignal(Terminated.class, this::onTerminated)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private boolean ofThisAttempt(LayerReply reply) {
    return reply.attempt() == loop.number() && !ended;
  }

  private boolean ofThisAttempt(SweepReply reply) {
    return reply.attempt() == loop.number() && !ended;
  }

  private Behavior<StepLoopMessage> onOfAnotherAttempt(StepLoopMessage message) {
    chronicle.dropped(message);
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ the loop

  /**
   * One thing after another: what is due at this version, else as many steps as may be open. What
   * is due looks at one version of all layers: no step was opened beyond it.
   */
  private void next() {
    boolean isBusy = evaluating.isUnderWay() || !changes.areJournalled() || !layers.areRestored();
    if (ended || open.isFull() || isBusy) {
      return;
    }
    boolean isOver = agenda.isOver(progress) || draining != null;
    if (draining == null && agenda.owesEvaluation(progress, steering)) {
      evaluating.begin(progress);
    } else if (checkpoints.isDue(steering, progress, isOver)) {
      checkpoint();
    } else if (isOver) {
      end();
    } else if (!changes.areWaiting()) {
      openSteps();
    } else if (open.isEmpty()) {
      changes.journal(progress.version() + 1);
    }
  }

  private void openSteps() {
    chronicle.tally();
    while (open.hasRoom()) {
      long number = open.nextNumber(progress);
      Sampler.Draw drawn = sampler.draw(open.nextPosition(progress));
      List<Batch> batches = plan.cut(plan.train(), drawn.examples());
      Board board = new Board(WorkerCommand.Kind.TRAIN, number, open.oldest(number), batches);
      OpenStep.Ahead ahead = agenda.ahead(number, steering.at(number), progress);
      open.add(new OpenStep(board, drawn.next(), ahead));
      crew.work(board, progress.liveLayers());
    }
  }

  /**
   * Decides the oldest open step when every micro-batch and every layer is in, no save holds it
   * back, and the step before is applied everywhere, also where all heads were pruned by it.
   */
  private void decide() {
    OpenStep step = open.first();
    boolean isIn = step != null && step.isIn(progress.liveLayers().size());
    if (!isIn || !layers.haveApplied() || checkpoints.holdsBackSteps()) {
      return;
    }
    steering = steering.at(step.number());
    StepDecision decision =
        Decide.step(
            steering.rules(),
            progress.selection(),
            new Decide.StepOutcome(step.number(), step.board().loss()),
            step.reports());
    apply(decision, step);
    next();
  }

  private void apply(StepDecision decision, OpenStep step) {
    layers.apply(decision, progress.liveLayers());
    double seconds = chronicle.decided(decision, step);
    progress =
        progress.afterStep(
            new Progress.StepDone(
                step.next(),
                decision.after(),
                heads.liveLayers(),
                seconds,
                step.board().cost(),
                decision.skipped()));
    open.removeFirst();
    crew.decided(progress.version());
    crew.rest(step.board());
    pauseAfterBadSteps(decision);
  }

  private void pauseAfterBadSteps(StepDecision decision) {
    int inRow = decision.after().badStepsInRow();
    if (inRow >= plan.config().failure().maxBadSteps() && draining == null) {
      draining =
          inRow
              + " steps in a row had a loss or gradient that is no finite number, the last was"
              + " step "
              + decision.step()
              + "; lower optimizer.lr or look at the data, then resume";
      abandonSteps();
    }
  }

  /** A step that was not applied leaves no trace: its gradients are dropped. */
  private void abandonSteps() {
    open.abandon().forEach(crew::rest);
  }

  // ------------------------------------------------------------------ restoring, workers

  private Behavior<StepLoopMessage> onRestored(LayerReply.Restored restored) {
    layers.heard(restored.layer());
    moved();
    if (layers.restored(restored)) {
      store.there();
      next();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onUnloaded(LayerReply.Unloaded unloaded) {
    if (layers.isLost(unloaded.layer(), progress)) {
      end(new StepLoopReport.AttemptLost(loop.number(), "layer " + unloaded.layer() + " was lost"));
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onTakenUp(LayerReply.TakenUp taken) {
    layers.takenUp(taken, progress, open);
    checkpoints.sayAgain(taken.layer());
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onWorkersListed(WorkersListed listed) {
    crew.listed(listed.listing.getServiceInstances(Worker.KEY));
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onPrepared(SweepReply.Prepared prepared) {
    if (crew.prepared(prepared)) {
      moved();
      pauseIfNobodyFits();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onRefused(SweepReply.Refused refused) {
    crew.refused(refused.worker(), refused.reason());
    pauseIfNobodyFits();
    return Behaviors.same();
  }

  private void pauseIfNobodyFits() {
    crew.whyNobodyFits()
        .ifPresent(
            why ->
                end(new StepLoopReport.MustPause(loop.number(), "no worker can serve it: " + why)));
  }

  private Behavior<StepLoopMessage> onTerminated(Terminated terminated) {
    crew.terminated(terminated.getRef());
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ what comes in

  private Behavior<StepLoopMessage> onFinished(SweepReply.Finished finished) {
    crew.free(finished.worker(), WorkerCommand.Kind.TRAIN, finished.step(), finished.microBatch());
    open.of(finished.step())
        .filter(step -> step.finish(finished))
        .ifPresent(
            step -> {
              moved();
              crew.finished(step.board(), finished.microBatch());
            });
    crew.assign();
    decide();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onLook() {
    crew.look();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onFailed(SweepReply.Failed failed) {
    crew.failed(failed)
        .ifPresent(reason -> end(new StepLoopReport.MustPause(loop.number(), reason)));
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onLayerReady(LayerReply.LayerReady ready) {
    layers.heard(ready.layer());
    open.of(ready.step())
        .ifPresent(
            step -> {
              moved();
              step.report(ready.report());
              decide();
            });
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onApplied(LayerReply.Applied applied) {
    layers.heard(applied.layer());
    if (layers.applied(applied)) {
      moved();
      if (layers.haveApplied()) {
        decide();
        next();
      }
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onMissing(LayerReply.Missing missing) {
    layers.heard(missing.layer());
    open.of(missing.step()).ifPresent(step -> step.board().redo(missing.microBatches()));
    crew.assign();
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ evaluation

  private Behavior<StepLoopMessage> onEvaluated(SweepReply.Evaluated evaluated) {
    crew.free(
        evaluated.worker(), WorkerCommand.Kind.EVALUATE, evaluated.step(), evaluated.microBatch());
    if (evaluating.evaluated(evaluated)) {
      moved();
    }
    crew.assign();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onScored(Evaluating.Scored scored) {
    if (!evaluating.isAwaited()) {
      return Behaviors.same(); // drained meanwhile: this version is evaluated again on resume
    }
    Map<String, Double> metrics = new TreeMap<>(scored.metrics());
    metrics.put("loss", scored.loss());
    boolean isBest = Best.isBetter(plan.config().training().best(), metrics, progress);
    progress =
        progress
            .afterEvaluation(metrics, isBest)
            .waiting(EarlyStopping.after(plan.config(), progress, metrics));
    if (isBest) {
      checkpoints.bestFound();
    }
    chronicle.evaluated(scored.version(), metrics, isBest);
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onScoringFailed(Evaluating.ScoringFailed failed) {
    if (!evaluating.isAwaited()) {
      return Behaviors.same(); // drained meanwhile
    }
    end(
        new StepLoopReport.MustPause(
            loop.number(), "the evaluation could not be scored: " + failed.reason()));
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ checkpoints

  private void checkpoint() {
    if (checkpoints.begin(progress)) { // else the one under way comes first, and calls next()
      next();
    }
  }

  private Behavior<StepLoopMessage> onCheckpointWanted(StepLoopCommand.Checkpoint wanted) {
    checkpoints.wanted();
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onMaySave(StepLoopCommand.MaySave may) {
    if (checkpoints.mayBeSaved(may.version())) {
      moved();
      decide();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onSaved(LayerReply.Saved saved) {
    if (checkpoints.saved(saved)) {
      store.there();
      moved();
      decide();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onCounted(StepLoopCommand.Counted counted) {
    if (checkpoints.counted(counted.version())) {
      moved();
      next();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onStoreFailed(LayerReply.StoreFailed failed) {
    layers.heard(failed.layer());
    boolean isOwed = layers.isRestoring(failed.layer()) || checkpoints.isSaving(failed.version());
    if (failed.isAway() && isOwed) {
      store.away(failed);
    } else if (layers.isRestoring(failed.layer())) {
      pauseForTheStore(
          failed,
          "restored",
          "bring back the workspace's store as it was (a copy of .winnow), then resume");
    } else if (checkpoints.isSaving(failed.version())) {
      pauseForTheStore(
          failed, "saved", "the last counted checkpoint is whole; mend the store, then resume");
    } else { // a late Restore came to one that was just started, and its checkpoint is forgotten
      end(new StepLoopReport.AttemptLost(loop.number(), "layer " + failed.layer() + " was lost"));
    }
    return Behaviors.same();
  }

  /** Asks the layers again for what a store that was away kept them from. */
  private Behavior<StepLoopMessage> onStoreAgain() {
    if (!ended) {
      layers.restoreAgain();
      checkpoints.sayAgain();
    }
    return Behaviors.same();
  }

  private void pauseForTheStore(LayerReply.StoreFailed failed, String what, String remedy) {
    end(
        new StepLoopReport.MustPause(
            loop.number(),
            String.format(
                "layer %s could not be %s at step %d: the store failed (%s); %s",
                failed.layer(), what, failed.version(), failed.reason(), remedy)));
  }

  // ------------------------------------------------------------------ steering, end

  private Behavior<StepLoopMessage> onDrain(StepLoopCommand.Drain drain) {
    draining = drain.reason();
    abandonSteps();
    evaluating.abandon();
    if (!layers.areRestored()) {
      end(new StepLoopReport.Drained(loop.number(), progress.version(), draining));
    }
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onChange(StepLoopCommand.Change change) {
    changes.add(change.change());
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onChangeJournalled(StepLoopCommand.ChangeJournalled done) {
    changes.journalled();
    steering = steering.with(new Steering.Journalled(done.step(), done.change()));
    next();
    return Behaviors.same();
  }

  private void end() {
    if (checkpoints.isUnderWay() || !layers.haveApplied()) {
      return;
    }
    if (agenda.isOver(progress) && !agenda.owesEvaluation(progress, steering)) {
      String early = agenda.whyEarly(progress);
      end(new StepLoopReport.Completed(loop.number(), heads.summary(progress, early)));
    } else {
      end(new StepLoopReport.Drained(loop.number(), progress.version(), draining));
    }
  }

  private void end(StepLoopReport report) {
    if (!ended) {
      ended = true;
      abandonSteps();
      evaluating.abandon();
      loop.report(report);
    }
  }

  // ------------------------------------------------------------------ the watchdog

  private void moved() {
    movedNanos = System.nanoTime();
    nextAsk = firstAsk();
  }

  /**
   * A node is gone, or heard again after a silence. What was asked before may have gone to nobody,
   * so the pauses between askings are short again.
   */
  private Behavior<StepLoopMessage> onNodesChanged() {
    moved();
    return Behaviors.same();
  }

  private Duration firstAsk() {
    Duration half = plan.config().failure().stepDeadline().dividedBy(2);
    return half.compareTo(FIRST_ASK) < 0 ? half : FIRST_ASK;
  }

  /**
   * When nothing moved for a while, asks again for all that is owed; when nothing moved for a
   * deadline, who does not answer is doubted.
   */
  private Behavior<StepLoopMessage> onTick() {
    Duration still = Duration.ofNanos(System.nanoTime() - movedNanos);
    if (!ended && still.compareTo(plan.config().failure().stepDeadline()) >= 0) {
      doubt(still);
    } else if (!ended && still.compareTo(nextAsk) >= 0) {
      nextAsk = nextAsk.multipliedBy(2);
      ask();
      crew.remind();
    }
    return Behaviors.same();
  }

  private void ask() {
    layers.askAgain(progress, open); // before Save: it may make the version to save
    checkpoints.sayAgain();
  }

  private void doubt(Duration still) {
    moved();
    loop.actor()
        .getLog()
        .warn(
            "run={} attempt={} version={} event=nothing-moved seconds={}",
            loop.run(),
            loop.number(),
            progress.version(),
            still.toSeconds());
    ask();
    layers
        .expectAnswers(progress, open)
        .map(Layers::silence)
        .ifPresent(lost -> end(new StepLoopReport.AttemptLost(loop.number(), lost)));
    crew.doubtTheSilent();
  }

  private Behavior<StepLoopMessage> onPostStop() {
    crew.dismiss();
    return Behaviors.same();
  }
}
