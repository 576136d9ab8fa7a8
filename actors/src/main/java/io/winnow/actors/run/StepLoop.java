package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.ReceiveBuilder;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.worker.Worker;
import io.winnow.model.adapter.TensorState;
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
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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
    TICK
  }

  private record WorkersListed(Receptionist.Listing listing)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  private record Scored(long version, double loss, Map<String, Double> metrics)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  private record ScoringFailed(String reason)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  /** Failed sweeps in a row, over all workers, after which the run pauses itself. */
  private static final int MAX_FAILED_SWEEPS = 6;

  /** Deadlines in a row in which a layer may leave a question unanswered; then it is lost. */
  private static final int MAX_UNANSWERED = 5;

  /** How often the loop looks whether anything moved, per step deadline. */
  private static final int TICKS_PER_DEADLINE = 4;

  private final ActorContext<StepLoopMessage> context;
  private final Attempt attempt;
  private final RunId run;
  private final RunPlan plan;
  private final Post post;
  private final ActorRef<CoordinatorMessage> coordinator;
  private final Sampler sampler;
  private final Heads heads;
  private final WorkerPool workers = new WorkerPool();
  private final Deque<SettingChange> changes = new ArrayDeque<>();
  private final List<MetricsRow> rows = new ArrayList<>();
  private final Map<String, LayerReport> reports = new HashMap<>();
  private final Set<String> unrestored = new HashSet<>();

  private Steering steering;
  private Progress progress;
  private @Nullable Fingerprints fingerprints;
  private @Nullable Board board;
  private @Nullable Saving saving;
  private @Nullable StepDecision applying;
  private final Set<String> unapplied = new HashSet<>();
  private @Nullable String draining;
  private boolean scoring;
  private boolean changing;
  private boolean ended;
  private boolean bestIsUnsaved;
  private long lastSaved;
  private long lastSavedNanos = System.nanoTime();
  private long movedNanos = System.nanoTime();
  private long stepBeganNanos = System.nanoTime();
  private int failedSweeps;
  private final Map<String, Integer> unanswered = new HashMap<>();

  /** What an attempt begins with. */
  public record Attempt(
      RunId run,
      long number,
      CheckpointId from,
      Progress progress,
      List<Steering.Journalled> settings,
      @Nullable Fingerprints fingerprints) {}

  private StepLoop(
      ActorContext<StepLoopMessage> context,
      TimerScheduler<StepLoopMessage> timers,
      Attempt attempt,
      RunPlan plan,
      Post post,
      ActorRef<CoordinatorMessage> coordinator) {
    this.context = context;
    this.attempt = attempt;
    this.run = attempt.run();
    this.plan = plan;
    this.post = post;
    this.coordinator = coordinator;
    this.progress = attempt.progress();
    this.fingerprints = attempt.fingerprints();
    this.lastSaved = progress.version();
    this.steering =
        new Steering(plan.config(), plan.totalSteps(), attempt.settings()).at(progress.version());
    this.sampler =
        new Sampler(
            plan.config().seed(), plan.train().size(), plan.config().training().batchSize());
    this.heads = new Heads(plan.sweep().trainable(), plan.config().method().name().name());
    Duration deadline = plan.config().failure().stepDeadline();
    timers.startTimerWithFixedDelay(Internal.TICK, deadline.dividedBy(TICKS_PER_DEADLINE));
  }

  /** The loop of an attempt; {@code coordinator} is its parent. */
  public static Behavior<StepLoopMessage> create(
      Attempt attempt, RunPlan plan, Post post, ActorRef<CoordinatorMessage> coordinator) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new StepLoop(context, timers, attempt, plan, post, coordinator).begin()));
  }

  private Behavior<StepLoopMessage> begin() {
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                Worker.KEY,
                context.messageAdapter(Receptionist.Listing.class, WorkersListed::new)));
    unrestored.addAll(progress.liveLayers());
    unrestored.forEach(this::restore);
    return receive();
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
        .onMessage(StepLoopCommand.MaySave.class, this::onMaySave)
        .onMessage(StepLoopCommand.Counted.class, this::onCounted)
        .onMessage(StepLoopCommand.Drain.class, this::onDrain)
        .onMessage(StepLoopCommand.Change.class, this::onChange)
        .onMessage(StepLoopCommand.ChangeJournalled.class, this::onChangeJournalled)
        .onMessage(Scored.class, this::onScored)
        .onMessage(ScoringFailed.class, this::onScoringFailed)
        .onMessageEquals(Internal.TICK, this::onTick)
        .onMessage(StepLoopMessage.class, this::onOfAnotherAttempt)
        .onSignal(Terminated.class, this::onTerminated)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private boolean ofThisAttempt(LayerReply reply) {
    return reply.attempt() == attempt.number() && !ended;
  }

  private boolean ofThisAttempt(SweepReply reply) {
    return reply.attempt() == attempt.number() && !ended;
  }

  private Behavior<StepLoopMessage> onOfAnotherAttempt(StepLoopMessage message) {
    context
        .getLog()
        .debug("run={} attempt={} event=dropped message={}", run, attempt.number(), message);
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ the loop

  /** One thing after another: what is due at this version, else the next step. */
  private void next() {
    if (ended || board != null || scoring || changing || !unrestored.isEmpty()) {
      return;
    }
    if (isEvaluationDue()) {
      evaluate();
    } else if (isCheckpointDue()) {
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
    return progress.version() >= plan.totalSteps();
  }

  private void beginStep() {
    steering = steering.at(progress.version() + 1);
    stepBeganNanos = System.nanoTime();
    List<Batch> batches = cut(plan.train(), sampler.draw(progress.position()).examples());
    board = new Board(WorkerCommand.Kind.TRAIN, progress.version() + 1, batches);
    reports.clear();
    assign();
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

  /** Gives every idle worker a micro-batch that nobody has. */
  private void assign() {
    if (board == null) {
      return;
    }
    for (ActorRef<WorkerMessage> worker : workers.idle()) {
      OptionalInt microBatch = board.take(worker);
      if (microBatch.isEmpty()) {
        return;
      }
      workers.busy(worker);
      worker.tell(order(microBatch.getAsInt()));
    }
  }

  private WorkerCommand.Assign order(int microBatch) {
    return new WorkerCommand.Assign(
        run,
        attempt.number(),
        board.kind(),
        board.step(),
        microBatch,
        board.size(),
        progress.liveLayers(),
        board.normaliser(),
        board.batch(microBatch),
        context.getSelf());
  }

  /**
   * Decides the step when every micro-batch and every layer is in, no save holds it back, and the
   * step before is applied everywhere, also where all heads were pruned by it.
   */
  private void decide() {
    boolean isIn =
        board != null
            && board.kind() == WorkerCommand.Kind.TRAIN
            && board.isDone()
            && unapplied.isEmpty()
            && reports.size() == progress.liveLayers().size();
    if (!isIn || (saving != null && saving.holdsBackSteps())) {
      return;
    }
    StepDecision decision =
        Decide.step(
            steering.rules(),
            progress.selection(),
            new Decide.StepOutcome(board.step(), board.loss()),
            List.copyOf(reports.values()));
    apply(decision);
    next();
  }

  private void apply(StepDecision decision) {
    applying = decision;
    unapplied.addAll(progress.liveLayers());
    unapplied.forEach(this::sendApply);
    heads.decided(decision);
    SweepCost cost = board.cost();
    double seconds = (System.nanoTime() - stepBeganNanos) / 1e9;
    MetricsRow row = row(decision, cost.tokens(), seconds);
    rows.add(row);
    progress =
        progress.afterStep(
            new Progress.StepDone(
                sampler.draw(progress.position()).next(),
                decision.after(),
                heads.liveLayers(),
                seconds,
                cost.tokens(),
                decision.skipped()));
    tell(new RunEvent.StepDone(run, row));
    if (!decision.pruned().isEmpty()) {
      tell(new RunEvent.HeadsPruned(run, decision.step(), heads.views()));
    }
    board = null;
    pauseAfterBadSteps(decision);
  }

  private MetricsRow row(StepDecision decision, long tokens, double seconds) {
    return new MetricsRow(
        MetricsRow.Kind.STEP,
        decision.step(),
        board.loss(),
        decision.lr(),
        decision.omegaLr(),
        decision.gradNorm(),
        tokens,
        seconds,
        heads.kept(),
        decision.skipped(),
        Map.of());
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
    post.toLayer(
        run, layer, new LayerCommand.Apply(run, attempt.number(), heads.part(applying, layer)));
  }

  // ------------------------------------------------------------------ restoring, workers

  private void restore(String layer) {
    LayerPlan layerPlan =
        plan.layers().stream()
            .filter(p -> p.spec().id().name().equals(layer))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no plan for layer " + layer));
    List<TensorState> initial =
        attempt.from().equals(CheckpointId.START)
            ? plan.initialTensors().getOrDefault(layer, List.of())
            : List.of();
    post.toLayer(
        run,
        layer,
        new LayerCommand.Restore(run, attempt.number(), layerPlan, attempt.from(), initial));
  }

  private Behavior<StepLoopMessage> onRestored(LayerReply.Restored restored) {
    unanswered.remove(restored.layer());
    moved();
    if (unrestored.remove(restored.layer())) {
      heads.restored(restored);
      next();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onUnloaded(LayerReply.Unloaded unloaded) {
    boolean isNeeded =
        progress.liveLayers().contains(unloaded.layer()) || unapplied.contains(unloaded.layer());
    if (isNeeded && !unrestored.contains(unloaded.layer())) {
      end(
          new StepLoopReport.AttemptLost(
              attempt.number(), "layer " + unloaded.layer() + " was lost"));
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onWorkersListed(WorkersListed listed) {
    Set<ActorRef<WorkerMessage>> registered = listed.listing.getServiceInstances(Worker.KEY);
    for (ActorRef<WorkerMessage> worker : workers.listed(registered)) {
      context.watch(worker);
      prepare(worker);
    }
    workers.lost(registered).forEach(this::lose);
    return Behaviors.same();
  }

  private void prepare(ActorRef<WorkerMessage> worker) {
    worker.tell(new WorkerCommand.Prepare(run, attempt.number(), plan.sweep(), context.getSelf()));
  }

  private Behavior<StepLoopMessage> onPrepared(SweepReply.Prepared prepared) {
    if (!workers.isPreparing(prepared.worker())) {
      return Behaviors.same();
    }
    moved();
    Fingerprints found =
        new Fingerprints(prepared.base(), prepared.numerics(), plan.dataFingerprint());
    if (fingerprints == null) {
      fingerprints = found;
      coordinator.tell(new StepLoopReport.FingerprintsSeen(attempt.number(), found));
    }
    boolean strict = plan.config().workers().determinism();
    String mismatch = FingerprintCheck.mismatch(fingerprints, found, strict);
    if (mismatch.isEmpty()) {
      workers.idle(prepared.worker());
      assign();
    } else {
      refuse(prepared.worker(), mismatch);
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onRefused(SweepReply.Refused refused) {
    refuse(refused.worker(), refused.reason());
    return Behaviors.same();
  }

  private void refuse(ActorRef<WorkerMessage> worker, String reason) {
    workers.refused(worker);
    context.getLog().warn("run={} event=worker-refused worker={} reason={}", run, worker, reason);
    tell(new RunEvent.WorkerNote(run, "worker " + worker.path().name() + ": " + reason));
    if (workers.allRefused()) {
      end(new StepLoopReport.MustPause(attempt.number(), "no worker can serve it: " + reason));
    }
  }

  private Behavior<StepLoopMessage> onTerminated(Terminated terminated) {
    workers.all().stream().filter(terminated.getRef()::equals).findFirst().ifPresent(this::lose);
    return Behaviors.same();
  }

  private void lose(ActorRef<WorkerMessage> worker) {
    workers.remove(worker);
    context.unwatch(worker);
    context.getLog().warn("run={} event=worker-lost worker={}", run, worker);
    if (board != null) {
      board.release(worker);
      assign();
    }
  }

  // ------------------------------------------------------------------ what comes in

  private Behavior<StepLoopMessage> onFinished(SweepReply.Finished finished) {
    free(finished.worker());
    if (board != null && board.isOf(WorkerCommand.Kind.TRAIN, finished.step())) {
      failedSweeps = 0;
      if (board.finish(finished.microBatch(), finished.loss(), finished.cost())) {
        moved();
      }
    }
    assign();
    decide();
    return Behaviors.same();
  }

  private void free(ActorRef<WorkerMessage> worker) {
    if (board != null) {
      board.release(worker);
    }
    workers.idle(worker);
  }

  private Behavior<StepLoopMessage> onFailed(SweepReply.Failed failed) {
    if (board != null) {
      board.release(failed.worker());
    }
    workers.preparing(failed.worker());
    failedSweeps++;
    context
        .getLog()
        .warn(
            "run={} event=sweep-failed step={} micro-batch={} reason={}",
            run,
            failed.step(),
            failed.microBatch(),
            failed.reason());
    if (failedSweeps >= MAX_FAILED_SWEEPS) {
      end(
          new StepLoopReport.MustPause(
              attempt.number(),
              failedSweeps
                  + " sweeps in a row failed, the last at step "
                  + failed.step()
                  + ": "
                  + failed.reason()));
    } else {
      prepare(failed.worker()); // it may have been restarted, and know nothing
      assign();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onLayerReady(LayerReply.LayerReady ready) {
    unanswered.remove(ready.layer());
    if (board != null && board.isOf(WorkerCommand.Kind.TRAIN, ready.step())) {
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
    if (board != null && board.isOf(WorkerCommand.Kind.TRAIN, missing.step())) {
      board.redo(missing.microBatches());
      assign();
    }
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
    board = new Board(WorkerCommand.Kind.EVALUATE, progress.version(), cut(examples, all));
    assign();
  }

  private Behavior<StepLoopMessage> onEvaluated(SweepReply.Evaluated evaluated) {
    free(evaluated.worker());
    if (board != null && board.isOf(WorkerCommand.Kind.EVALUATE, evaluated.step())) {
      failedSweeps = 0;
      if (board.finish(evaluated.microBatch(), evaluated.lossSum(), evaluated.logits())) {
        moved();
      }
      if (board.isDone()) {
        score();
      }
    }
    assign();
    return Behaviors.same();
  }

  private void score() {
    Evaluation validation = plan.validation();
    List<float[]> logits = board.logits();
    double loss = board.loss() / board.normaliser();
    long version = board.step();
    board = null;
    scoring = true;
    var blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    context.pipeToSelf(
        CompletableFuture.supplyAsync(() -> validation.score(logits), blocking),
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
    progress = progress.afterEvaluation(metrics, isBest);
    bestIsUnsaved = isBest;
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
    rows.add(row);
    tell(new RunEvent.EvaluationDone(run, row, isBest));
    next();
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onScoringFailed(ScoringFailed failed) {
    end(
        new StepLoopReport.MustPause(
            attempt.number(), "the evaluation could not be scored: " + failed.reason));
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ checkpoints

  private boolean isCheckpointDue() {
    boolean isDue =
        bestIsUnsaved
            || isOver()
            || draining != null
            || steering
                .checkpoints()
                .isDue(
                    progress.version() - lastSaved,
                    Duration.ofNanos(System.nanoTime() - lastSavedNanos));
    return isDue && !rows.isEmpty();
  }

  private void checkpoint() {
    if (saving != null) {
      return; // the one under way comes first; next() is called again when it counts
    }
    saving = Saving.named(progress, rows);
    rows.clear();
    bestIsUnsaved = false;
    lastSaved = progress.version();
    lastSavedNanos = System.nanoTime();
    coordinator.tell(new StepLoopReport.WantsCheckpoint(attempt.number(), saving.version()));
    next();
  }

  private Behavior<StepLoopMessage> onMaySave(StepLoopCommand.MaySave may) {
    if (saving != null && saving.version() == may.version()) {
      moved();
      saving = saving.begun();
      saving.awaiting().forEach(this::sendSave);
      countWhenWhole();
    }
    return Behaviors.same();
  }

  private void sendSave(String layer) {
    post.toLayer(run, layer, new LayerCommand.Save(run, attempt.number(), saving.version()));
  }

  private Behavior<StepLoopMessage> onSaved(LayerReply.Saved saved) {
    if (saving != null
        && saving.version() == saved.version()
        && saving.phase() == Saving.Phase.SAVING) {
      moved();
      saving = saving.saved(saved.layer(), saved.bytes());
      countWhenWhole();
    }
    return Behaviors.same();
  }

  private void countWhenWhole() {
    if (saving.phase() == Saving.Phase.COUNTING) {
      coordinator.tell(
          new StepLoopReport.CheckpointWhole(
              attempt.number(), saving.progress(), saving.rows(), saving.bytes()));
      decide();
    }
  }

  private Behavior<StepLoopMessage> onCounted(StepLoopCommand.Counted counted) {
    if (saving != null && saving.version() == counted.version()) {
      moved();
      tell(new RunEvent.CheckpointDone(run, counted.version(), saving.bytes()));
      saving = null;
      next();
    }
    return Behaviors.same();
  }

  private Behavior<StepLoopMessage> onStoreFailed(LayerReply.StoreFailed failed) {
    end(
        new StepLoopReport.MustPause(
            attempt.number(),
            "the store failed on layer "
                + failed.layer()
                + " at step "
                + failed.version()
                + ": "
                + failed.reason()
                + "; the last counted checkpoint is whole, mend the store and resume"));
    return Behaviors.same();
  }

  // ------------------------------------------------------------------ steering, end

  private Behavior<StepLoopMessage> onDrain(StepLoopCommand.Drain drain) {
    draining = drain.reason();
    board = null; // a step that was not applied leaves no trace: its gradients are dropped
    scoring = false;
    if (!unrestored.isEmpty()) {
      end(new StepLoopReport.Drained(attempt.number(), progress.version(), draining));
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
    coordinator.tell(
        new StepLoopReport.WantsSetting(
            attempt.number(), progress.version() + 1, changes.removeFirst()));
  }

  private Behavior<StepLoopMessage> onChangeJournalled(StepLoopCommand.ChangeJournalled done) {
    changing = false;
    steering = steering.with(new Steering.Journalled(done.step(), done.change()));
    next();
    return Behaviors.same();
  }

  private void end() {
    if (saving != null || !unapplied.isEmpty()) {
      return;
    }
    if (isOver() && !owesEvaluation()) {
      end(new StepLoopReport.Completed(attempt.number(), heads.summary(progress)));
    } else {
      end(new StepLoopReport.Drained(attempt.number(), progress.version(), draining));
    }
  }

  private void end(StepLoopReport report) {
    if (!ended) {
      ended = true;
      board = null;
      coordinator.tell(report);
    }
  }

  // ------------------------------------------------------------------ the watchdog

  private void moved() {
    movedNanos = System.nanoTime();
  }

  /** When nothing moved for a deadline, asks again for all that is owed. */
  private Behavior<StepLoopMessage> onTick() {
    long still = System.nanoTime() - movedNanos;
    if (ended || still < plan.config().failure().stepDeadline().toNanos()) {
      return Behaviors.same();
    }
    moved();
    context
        .getLog()
        .warn(
            "run={} attempt={} version={} event=nothing-moved seconds={}",
            run,
            attempt.number(),
            progress.version(),
            still / 1_000_000_000L);
    workers.busy().forEach(this::doubt);
    workers.preparing().forEach(this::prepare);
    if (saving != null && saving.phase() == Saving.Phase.SAVING) {
      saving.awaiting().forEach(this::sendSave);
    }
    askLayers();
    assign();
    return Behaviors.same();
  }

  /** A silent worker loses its micro-batch, and gets work again when it says that it is there. */
  private void doubt(ActorRef<WorkerMessage> silent) {
    if (board != null) {
      board.release(silent);
    }
    workers.preparing(silent);
  }

  /** Every layer that owes something is told again; it answers, or it is lost. */
  private void askLayers() {
    List<String> unreported = unreported();
    unrestored.forEach(this::restore);
    unapplied.forEach(this::sendApply);
    unreported.forEach(this::sendQuery);
    unrestored.forEach(this::expectAnswer);
    unapplied.forEach(this::expectAnswer);
    unreported.forEach(this::expectAnswer);
  }

  private List<String> unreported() {
    return board == null || board.kind() != WorkerCommand.Kind.TRAIN
        ? List.of()
        : progress.liveLayers().stream()
            .filter(layer -> !reports.containsKey(layer) && !unapplied.contains(layer))
            .toList();
  }

  private void sendQuery(String layer) {
    post.toLayer(
        run, layer, new LayerCommand.Query(run, attempt.number(), board.step(), board.size()));
  }

  private void expectAnswer(String layer) {
    if (unanswered.merge(layer, 1, Integer::sum) > MAX_UNANSWERED) {
      end(
          new StepLoopReport.AttemptLost(
              attempt.number(),
              "layer " + layer + " did not answer " + MAX_UNANSWERED + " times in a row"));
    }
  }

  private void tell(RunEvent event) {
    coordinator.tell(new StepLoopReport.Happened(attempt.number(), event));
  }

  private Behavior<StepLoopMessage> onPostStop() {
    for (ActorRef<WorkerMessage> worker : workers.all()) {
      worker.tell(new WorkerCommand.Release(run, attempt.number()));
    }
    return Behaviors.same();
  }
}
