package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.worker.Worker;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.explain.TraceRule;
import io.winnow.model.task.Batch;
import io.winnow.model.train.Decide;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerReport;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

  private record Scored(long version, double loss, Map<String, Double> metrics)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  private record ScoringFailed(String reason)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  /** Deadlines in a row in which a layer may leave a question unanswered; then it is lost. */
  private static final int MAX_UNANSWERED = 5;

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
  private final TraceRule traced;
  private final Crew crew;
  private final Checkpointing checkpoints;
  private final StoreWait store;
  private final Deque<SettingChange> changes = new ArrayDeque<>();
  private final Map<String, LayerReport> reports = new HashMap<>();
  private final Set<String> unrestored = new HashSet<>();
  private final Set<String> unapplied = new HashSet<>();
  private final Map<String, Integer> unanswered = new HashMap<>();

  private Steering steering;
  private Progress progress;
  private @Nullable StepDecision applying;
  private @Nullable String draining;
  private boolean scoring;
  private boolean changing;
  private boolean ended;
  private long dropped;
  private StepLoopReport.@Nullable Tally told;
  private long movedNanos = System.nanoTime();
  private Duration nextAsk;
  private long stepBeganNanos = System.nanoTime();

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
    this.crew = new Crew(loop);
    this.checkpoints = new Checkpointing(loop);
    this.store = new StoreWait(loop, timers, Internal.STORE_AGAIN);
    this.progress = loop.attempt().progress().forgivingAfter(plan.config().failure().maxBadSteps());
    this.steering =
        new Steering(plan.config(), plan.totalSteps(), loop.attempt().settings())
            .at(progress.version());
    this.sampler = plan.sampler();
    this.heads =
        new Heads(plan.sweep().trainable(), plan.config().method().name().text(), plan.layers());
    this.traced =
        new TraceRule(
            heads.atStart(),
            plan.totalSteps(),
            plan.rules().selection().every(),
            plan.rules().omegaTrains() || plan.rules().selection().triplets() != null);
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
    unrestored.addAll(progress.liveLayers());
    unrestored.forEach(this::restore);
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
        .onMessage(Scored.class, this::onScored)
        .onMessage(ScoringFailed.class, this::onScoringFailed)
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
    dropped++;
    loop.actor()
        .getLog()
        .debug("run={} attempt={} event=dropped message={}", loop.run(), loop.number(), message);
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ the loop

  /** One thing after another: what is due at this version, else the next step. */
  private void next() {
    if (ended || crew.board() != null || scoring || changing || !unrestored.isEmpty()) {
      return;
    }
    if (isEvaluationDue()) {
      evaluate();
    } else if (checkpoints.isDue(steering, progress, isOver() || draining != null)) {
      checkpoint();
    } else if (draining != null || isOver()) {
      end();
    } else if (!changes.isEmpty()) {
      journalChange();
    } else {
      beginStep();
    }
  }

  private boolean isOver() {
    return isAtLastStep() || EarlyStopping.isDue(plan.config(), progress);
  }

  private boolean isAtLastStep() {
    return progress.version() >= plan.totalSteps();
  }

  private void beginStep() {
    tally();
    steering = steering.at(progress.version() + 1);
    stepBeganNanos = System.nanoTime();
    List<Batch> batches = cut(plan.train(), sampler.draw(progress.position()).examples());
    reports.clear();
    crew.work(
        new Board(WorkerCommand.Kind.TRAIN, progress.version() + 1, batches),
        progress.liveLayers());
  }

  private void tally() {
    StepLoopReport.Tally now = heads.tally(loop.number(), dropped);
    if (!now.equals(told)) {
      told = now;
      loop.report(now);
    }
  }

  /** Micro-batches of the configured size, in order; never a function of the workers. */
  private List<Batch> cut(Examples examples, int[] indices) {
    int size = plan.config().training().microBatch();
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < indices.length; from += size) {
      int to = Math.min(indices.length, from + size);
      batches.add(examples.collate(java.util.Arrays.copyOfRange(indices, from, to)));
    }
    return batches;
  }

  /**
   * Decides the step when every micro-batch and every layer is in, no save holds it back, and the
   * step before is applied everywhere, also where all heads were pruned by it.
   */
  private void decide() {
    Board board = crew.board();
    boolean isIn =
        board != null
            && board.kind() == WorkerCommand.Kind.TRAIN
            && board.isDone()
            && unapplied.isEmpty()
            && reports.size() == progress.liveLayers().size();
    if (!isIn || checkpoints.holdsBackSteps()) {
      return;
    }
    StepDecision decision =
        Decide.step(
            steering.rules(),
            progress.selection(),
            new Decide.StepOutcome(board.step(), board.loss()),
            List.copyOf(reports.values()));
    apply(decision, board);
    next();
  }

  private void apply(StepDecision decision, Board board) {
    applying = decision;
    unapplied.addAll(progress.liveLayers());
    unapplied.forEach(this::sendApply);
    heads.decided(decision);
    double seconds = (System.nanoTime() - stepBeganNanos) / 1e9;
    MetricsRow row = row(decision, board, seconds);
    checkpoints.add(row);
    progress =
        progress.afterStep(
            new Progress.StepDone(
                sampler.draw(progress.position()).next(),
                decision.after(),
                heads.liveLayers(),
                seconds,
                board.cost(),
                decision.skipped()));
    loop.tell(new RunEvent.StepDone(loop.run(), row));
    if (!decision.pruned().isEmpty()) {
      loop.actor()
          .getLog()
          .info(
              "run={} step={} event=heads-pruned pruned={} kept={}",
              loop.run(),
              decision.step(),
              decision.pruned().size(),
              heads.kept());
      loop.tell(new RunEvent.HeadsPruned(loop.run(), decision.step(), heads.views()));
    }
    crew.rest();
    pauseAfterBadSteps(decision);
  }

  private MetricsRow row(StepDecision decision, Board board, double seconds) {
    return new MetricsRow(
        MetricsRow.Kind.STEP,
        decision.step(),
        board.loss(),
        decision.lr(),
        decision.omegaLr(),
        decision.gradNorm(),
        board.cost().tokens(),
        seconds,
        heads.kept(),
        decision.skipped(),
        Map.of(),
        board.cost().bytes(),
        traced.isDue(decision.step(), Heads.change(decision)) ? heads.trace(decision) : null);
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
    }
  }

  private void sendApply(String layer) {
    loop.toLayer(
        layer, new LayerCommand.Apply(loop.run(), loop.number(), heads.part(applying, layer)));
  }

  // ------------------------------------------------------------------ restoring, workers

  private void restore(String layer) {
    LayerPlan layerPlan =
        plan.layers().stream()
            .filter(p -> p.spec().id().name().equals(layer))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no plan for layer " + layer));
    LayerParameters nothing = new LayerParameters(layerPlan.spec().id(), List.of(), List.of());
    LayerParameters initial =
        loop.attempt().from().equals(CheckpointId.START)
            ? plan.initial().stream()
                .filter(values -> values.layer().name().equals(layer))
                .findFirst()
                .orElse(nothing)
            : nothing;
    loop.toLayer(
        layer,
        new LayerCommand.Restore(
            loop.run(), loop.number(), layerPlan, loop.attempt().from(), initial));
  }

  private Behavior<StepLoopMessage> onRestored(LayerReply.Restored restored) {
    unanswered.remove(restored.layer());
    moved();
    if (unrestored.remove(restored.layer())) {
      store.there();
      heads.restored(restored);
      next();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onUnloaded(LayerReply.Unloaded unloaded) {
    boolean isNeeded =
        progress.liveLayers().contains(unloaded.layer()) || unapplied.contains(unloaded.layer());
    if (isNeeded && !unrestored.contains(unloaded.layer())) {
      end(new StepLoopReport.AttemptLost(loop.number(), "layer " + unloaded.layer() + " was lost"));
    }
    return Behaviors.same();
  }

  /** What was lost while a layer moved is asked for at once, not after a deadline. */
  private Behavior<StepLoopMessage> onTakenUp(LayerReply.TakenUp taken) {
    String layer = taken.layer();
    unanswered.remove(layer);
    long expected = unapplied.contains(layer) ? progress.version() - 1 : progress.version();
    if (unrestored.contains(layer)) {
      restore(layer);
    } else if (taken.version() < expected) { // an old one, unless this is late
      sendQuery(layer, expected + 1);
    } else if (unapplied.contains(layer)) {
      sendApply(layer);
    } else if (silent().contains(layer)) {
      sendQuery(layer);
    }
    checkpoints.sayAgain(layer);
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
    crew.free(finished.worker());
    crew.board(WorkerCommand.Kind.TRAIN, finished.step())
        .filter(b -> b.finish(finished.microBatch(), finished.loss(), finished.cost()))
        .ifPresent(b -> moved());
    crew.assign();
    decide();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onFailed(SweepReply.Failed failed) {
    crew.failed(failed)
        .ifPresent(reason -> end(new StepLoopReport.MustPause(loop.number(), reason)));
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onLayerReady(LayerReply.LayerReady ready) {
    unanswered.remove(ready.layer());
    if (crew.board(WorkerCommand.Kind.TRAIN, ready.step()).isPresent()) {
      moved();
      reports.putIfAbsent(ready.layer(), ready.report());
      decide();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onApplied(LayerReply.Applied applied) {
    unanswered.remove(applied.layer());
    if (applying != null && applying.step() == applied.step()) {
      moved();
      unapplied.remove(applied.layer());
      heads.sized(applied.layer(), applied.size());
      if (unapplied.isEmpty()) {
        decide();
        next();
      }
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onMissing(LayerReply.Missing missing) {
    unanswered.remove(missing.layer());
    crew.board(WorkerCommand.Kind.TRAIN, missing.step())
        .ifPresent(board -> board.redo(missing.microBatches()));
    crew.assign();
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ evaluation

  private boolean isEvaluationDue() {
    return draining == null && owesEvaluation();
  }

  private boolean owesEvaluation() {
    long version = progress.version();
    boolean due = version > 0 && (version % steering.evaluateEvery() == 0 || isOver());
    return plan.validation() != null && due && progress.evaluated() < version;
  }

  private void evaluate() {
    Examples examples = plan.validation().examples();
    int[] all = java.util.stream.IntStream.range(0, examples.size()).toArray();
    crew.work(
        new Board(WorkerCommand.Kind.EVALUATE, progress.version(), cut(examples, all)),
        progress.liveLayers());
  }

  private Behavior<StepLoopMessage> onEvaluated(SweepReply.Evaluated evaluated) {
    crew.free(evaluated.worker());
    crew.board(WorkerCommand.Kind.EVALUATE, evaluated.step())
        .filter(b -> b.finish(evaluated.microBatch(), evaluated.lossSum(), evaluated.outputs()))
        .ifPresent(
            board -> {
              moved();
              if (board.isDone()) {
                score(board);
              }
            });
    crew.assign();
    return Behaviors.same();
  }

  private void score(Board board) {
    Evaluation validation = plan.validation();
    List<float[]> outputs = board.outputs();
    int batchSize = plan.config().training().microBatch();
    double loss = board.loss() / board.normaliser();
    long version = board.step();
    crew.rest();
    scoring = true;
    var blocking = loop.actor().getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    loop.actor()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> validation.score(outputs, batchSize), blocking),
            (metrics, failure) ->
                failure == null
                    ? new Scored(version, loss, metrics)
                    : new ScoringFailed(Failures.rootMessage(failure)));
  }

  private Behavior<StepLoopMessage> onScored(Scored scored) {
    if (!scoring || ended) {
      return Behaviors.same(); // drained meanwhile: this version is evaluated again on resume
    }
    scoring = false;
    Map<String, Double> metrics = new java.util.TreeMap<>(scored.metrics);
    metrics.put("loss", scored.loss);
    boolean isBest = Best.isBetter(plan.config().training().best(), metrics, progress);
    progress =
        progress
            .afterEvaluation(metrics, isBest)
            .waiting(EarlyStopping.after(plan.config(), progress, metrics));
    if (isBest) {
      checkpoints.bestFound();
    }
    MetricsRow row =
        new MetricsRow(
            MetricsRow.Kind.EVALUATION,
            scored.version,
            scored.loss,
            0,
            0,
            0,
            0,
            0,
            heads.kept(),
            false,
            metrics);
    checkpoints.add(row);
    loop.tell(new RunEvent.EvaluationDone(loop.run(), row, isBest));
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onScoringFailed(ScoringFailed failed) {
    if (!scoring) {
      return Behaviors.same(); // drained meanwhile
    }
    end(
        new StepLoopReport.MustPause(
            loop.number(), "the evaluation could not be scored: " + failed.reason));
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
    unanswered.remove(failed.layer());
    boolean isOwed = unrestored.contains(failed.layer()) || checkpoints.isSaving(failed.version());
    if (failed.isAway() && isOwed) {
      store.away(failed);
    } else if (unrestored.contains(failed.layer())) {
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
      unrestored.forEach(this::restore);
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
    crew.rest(); // a step that was not applied leaves no trace: its gradients are dropped
    scoring = false;
    if (!unrestored.isEmpty()) {
      end(new StepLoopReport.Drained(loop.number(), progress.version(), draining));
    }
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onChange(StepLoopCommand.Change change) {
    changes.addLast(change.change());
    return Behaviors.same();
  }

  private void journalChange() {
    changing = true;
    loop.report(
        new StepLoopReport.WantsSetting(
            loop.number(), progress.version() + 1, changes.removeFirst()));
  }

  private Behavior<StepLoopMessage> onChangeJournalled(StepLoopCommand.ChangeJournalled done) {
    changing = false;
    steering = steering.with(new Steering.Journalled(done.step(), done.change()));
    next();
    return Behaviors.same();
  }

  private void end() {
    if (checkpoints.isUnderWay() || !unapplied.isEmpty()) {
      return;
    }
    if (isOver() && !owesEvaluation()) {
      String early = isAtLastStep() ? "" : EarlyStopping.reason(plan.config());
      end(new StepLoopReport.Completed(loop.number(), heads.summary(progress, early)));
    } else {
      end(new StepLoopReport.Drained(loop.number(), progress.version(), draining));
    }
  }

  private void end(StepLoopReport report) {
    if (!ended) {
      ended = true;
      crew.rest();
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
    List<String> silent = silent();
    unrestored.forEach(this::restore);
    unapplied.forEach(this::sendApply); // before Save: it may make the version to save
    silent.forEach(this::sendQuery);
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
    List<String> silent = silent();
    ask(); // who owes something answers, or is lost
    unrestored.forEach(this::expectAnswer);
    unapplied.forEach(this::expectAnswer);
    silent.forEach(this::expectAnswer);
    crew.doubtTheSilent();
  }

  /**
   * Layers that neither owe an answer nor reported. They are asked between steps too: one that died
   * and was brought back by a late Restore holds an old version, and nobody else would ever find
   * out (docs/protocol).
   */
  private List<String> silent() {
    return unrestored.isEmpty()
        ? progress.liveLayers().stream()
            .filter(layer -> !reportedNow(layer) && !unapplied.contains(layer))
            .toList()
        : List.of();
  }

  private boolean reportedNow(String layer) {
    return isTraining() && reports.containsKey(layer);
  }

  private boolean isTraining() {
    return crew.board() != null && crew.board().kind() == WorkerCommand.Kind.TRAIN;
  }

  /** Asks for the step after the version that the layer should hold. */
  private void sendQuery(String layer) {
    sendQuery(layer, progress.version() + 1);
  }

  private void sendQuery(String layer, long step) {
    int microBatches = isTraining() ? crew.board().size() : 0;
    loop.toLayer(layer, new LayerCommand.Query(loop.run(), loop.number(), step, microBatches));
  }

  private void expectAnswer(String layer) {
    if (unanswered.merge(layer, 1, Integer::sum) > MAX_UNANSWERED) {
      end(
          new StepLoopReport.AttemptLost(
              loop.number(),
              "layer " + layer + " did not answer " + MAX_UNANSWERED + " times in a row"));
    }
  }

  private Behavior<StepLoopMessage> onPostStop() {
    crew.dismiss();
    return Behaviors.same();
  }
}
