package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.actors.registry.Admission;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.train.LayerPlan;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import io.winnow.protocol.StepLoopMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run's durable half: what was submitted, which attempt is under way, which checkpoint counts,
 * what was commanded. Everything is journalled before it holds. The steps themselves are driven by
 * a {@link StepLoop} child, one per attempt; whatever ends it, the next attempt begins at the
 * counted checkpoint.
 */
public final class RunCoordinator
    extends EventSourcedBehavior<CoordinatorMessage, RunEventRecord, RunState> {
  /** How sharding knows runs; the entity id is the run's name. */
  public static final EntityTypeKey<CoordinatorMessage> TYPE =
      EntityTypeKey.create(CoordinatorMessage.class, "RunCoordinator");

  /** Said by sharding when it moves the run or the node leaves. */
  public enum Stop implements CoordinatorMessage, NoSerializationVerificationNeeded {
    NOW
  }

  /** What all coordinators of a node have in common. */
  public record Surroundings(Post post, Planner planner, Admission admission) {}

  private record Planned(long attempt, RunPlan plan)
      implements CoordinatorMessage, NoSerializationVerificationNeeded {}

  private record PlanFailed(long attempt, String reason)
      implements CoordinatorMessage, NoSerializationVerificationNeeded {}

  private enum Ask implements CoordinatorMessage, NoSerializationVerificationNeeded {
    AGAIN
  }

  /** A question to the registry can be lost. */
  private static final Duration ASK_EVERY = Duration.ofSeconds(3);

  private static final Duration MIN_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

  /** Commands of a kind that may wait for a step to end; more are refused. */
  private static final int MOST_AWAITING = 64;

  private final ActorContext<CoordinatorMessage> context;
  private final RunId run;
  private final Post post;
  private final Planner planner;
  private final Entrance entrance;
  private final TimerScheduler<CoordinatorMessage> timers;
  private final Set<ActorRef<RunEvent>> subscribers = new LinkedHashSet<>();
  private final List<ActorRef<StatusReply<RunView>>> awaitingPause = new ArrayList<>();
  private final List<CoordinatorCommand.Set> awaitingSet = new ArrayList<>();
  private @Nullable ActorRef<StepLoopMessage> loop;
  private @Nullable RunPlan plan;
  private boolean planning;
  private final Standing standing = new Standing();
  private final Departure departure;
  private RunEvent.@Nullable AttemptBegan began;
  private String pauseReason = "";
  private String reasonOfAttempt = "";
  private String interruption = "found interrupted";

  private RunCoordinator(
      ActorContext<CoordinatorMessage> context,
      TimerScheduler<CoordinatorMessage> timers,
      Surroundings around,
      RunId run) {
    super(
        PersistenceId.ofUniqueId("run|" + run),
        SupervisorStrategy.restartWithBackoff(MIN_BACKOFF, MAX_BACKOFF, 0.1));
    this.context = context;
    this.timers = timers;
    this.run = run;
    this.post = around.post;
    this.planner = around.planner;
    this.entrance = new Entrance(around.admission, around.post, run);
    this.departure = new Departure(context);
  }

  /** The coordinator of a run. */
  public static Behavior<CoordinatorMessage> create(String entityId, Surroundings around) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new RunCoordinator(context, timers, around, new RunId(entityId))));
  }

  @Override
  public RunState emptyState() {
    return RunState.UNKNOWN;
  }

  @Override
  public EventHandler<RunState, RunEventRecord> eventHandler() {
    return RunState::after;
  }

  @Override
  public CommandHandler<CoordinatorMessage, RunEventRecord, RunState> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(CoordinatorCommand.Submit.class, this::onSubmit)
        .onCommand(CoordinatorCommand.EnsureRunning.class, this::onEnsureRunning)
        .onCommand(CoordinatorCommand.Queued.class, this::onQueued)
        .onCommand(Ask.class, (state, ask) -> onAsk(state))
        .onCommand(CoordinatorCommand.Resume.class, this::onResume)
        .onCommand(CoordinatorCommand.Reconfigure.class, this::onReconfigure)
        .onCommand(CoordinatorCommand.Pause.class, this::onPause)
        .onCommand(CoordinatorCommand.Set.class, this::onSet)
        .onCommand(CoordinatorCommand.Checkpoint.class, this::onCheckpoint)
        .onCommand(CoordinatorCommand.Attach.class, this::onAttach)
        .onCommand(CoordinatorCommand.GetRun.class, this::onGetRun)
        .onCommand(CoordinatorCommand.GetStanding.class, this::onGetStanding)
        .onCommand(CoordinatorCommand.Remove.class, this::onRemove)
        .onCommand(Planned.class, this::onPlanned)
        .onCommand(PlanFailed.class, this::onPlanFailed)
        .onCommand(LayerReply.class, this::onLayerReply)
        .onCommand(StepLoopReport.class, this::onReport)
        .onCommand(Departure.Begins.class, (state, begins) -> onDeparture(begins))
        .onCommand(Stop.class, stop -> Effect().stop())
        .build();
  }

  @Override
  public SignalHandler<RunState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (state, signal) -> onRecovered(state))
        .onSignal(Terminated.class, this::onTerminated)
        .onSignal(PostStop.class, (state, signal) -> departure.cancel())
        .build();
  }

  /** Also after a journal failure, which stops the loop and restarts the rest in place. */
  private void onRecovered(RunState state) {
    loop = null;
    planning = false;
    sayStatus(state);
  }

  /** What an ended attempt's loop still says is dropped. */
  private Effect<RunEventRecord, RunState> onReport(RunState state, StepLoopReport report) {
    if (loop == null || report.attempt() != state.attempt()) {
      return Effect().none();
    } else if (report instanceof StepLoopReport.Happened r) {
      return onHappened(r);
    } else if (report instanceof StepLoopReport.Tally r) {
      standing.tallied(r);
      return Effect().none();
    } else if (report instanceof StepLoopReport.WantsCheckpoint r) {
      return onWantsCheckpoint(r);
    } else if (report instanceof StepLoopReport.CheckpointWhole r) {
      return onCheckpointWhole(r);
    } else if (report instanceof StepLoopReport.FingerprintsSeen r) {
      return Effect().persist(new RunEventRecord.FingerprintsTaken(r.fingerprints()));
    } else if (report instanceof StepLoopReport.WantsSetting r) {
      return onWantsSetting(r);
    } else if (report instanceof StepLoopReport.AttemptLost r) {
      stopLoop();
      return beginAttempt(state, r.reason());
    } else if (report instanceof StepLoopReport.Drained r) {
      return pause(state, r.reason());
    } else if (report instanceof StepLoopReport.MustPause r) {
      return pause(state, r.reason());
    } else if (report instanceof StepLoopReport.Completed r) {
      return onCompleted(state, r);
    }
    throw new IllegalStateException("report " + report + " has no handler");
  }

  // ------------------------------------------------------------------ from people

  private Effect<RunEventRecord, RunState> onSubmit(
      RunState state, CoordinatorCommand.Submit submit) {
    if (!state.isKnown()) {
      return Effect()
          .persist(new RunEventRecord.Submitted(submit.config()))
          .thenRun(this::sayStatus)
          .thenRun((RunState now) -> submit.replyTo().tell(StatusReply.success(entrance.view(now))))
          .thenRun(this::beginUnlessHeld);
    }
    if (state.config().equals(submit.config())) {
      submit.replyTo().tell(StatusReply.success(entrance.view(state)));
    } else {
      submit
          .replyTo()
          .tell(
              StatusReply.error(
                  "a run named '"
                      + run
                      + "' exists here with another configuration; resume it,"
                      + " remove it (winnow rm "
                      + run
                      + ") or give this one another name"));
    }
    return Effect().none();
  }

  private void beginUnlessHeld(RunState state) {
    if (!entrance.holds(state)) {
      context.getSelf().tell(new CoordinatorCommand.EnsureRunning(run));
    }
  }

  private Effect<RunEventRecord, RunState> onQueued(
      RunState state, CoordinatorCommand.Queued queued) {
    boolean isNews = entrance.waits(queued);
    if (!entrance.holds(state)) {
      return state.status() == RunStatus.RUNNING
          ? Effect().none()
          : Effect().none().thenRun(this::sayStatus); // the registry missed it
    }
    if (isNews) {
      subscribers.forEach(s -> s.tell(new RunEvent.Attached(run, entrance.view(state))));
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onAsk(RunState state) {
    if (entrance.holds(state)) {
      entrance.say(state);
    } else {
      timers.cancel(Ask.AGAIN);
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onEnsureRunning(
      RunState state, CoordinatorCommand.EnsureRunning ensure) {
    boolean isIdle = loop == null && !planning;
    if (state.status() != RunStatus.RUNNING && entrance.isGuarded()) {
      return Effect().none().thenRun(this::sayStatus); // the registry missed it
    }
    entrance.open();
    return state.status() == RunStatus.RUNNING && isIdle
        ? beginAttempt(state, state.attempt() == 0 ? "started" : interruption)
        : Effect().none();
  }

  private Effect<RunEventRecord, RunState> onResume(
      RunState state, CoordinatorCommand.Resume resume) {
    boolean isIdle = loop == null && !planning;
    boolean canGoOn =
        state.status() == RunStatus.PAUSED || state.status() == RunStatus.RUNNING && isIdle;
    if (!canGoOn) {
      resume.replyTo().tell(StatusReply.success(entrance.view(state)));
      return Effect().none();
    }
    return Effect()
        .persist(new RunEventRecord.Resumed())
        .thenRun(this::sayStatus)
        .thenRun((RunState now) -> resume.replyTo().tell(StatusReply.success(entrance.view(now))))
        .thenRun(this::beginUnlessHeld);
  }

  private Effect<RunEventRecord, RunState> onReconfigure(
      RunState state, CoordinatorCommand.Reconfigure reconfigure) {
    RunEventRecord event;
    try {
      requireStill(state);
      event = Reconfiguration.of(state, reconfigure.config());
    } catch (UserProblem refused) {
      reconfigure.replyTo().tell(StatusReply.error(refused.getMessage()));
      return Effect().none();
    }
    plan = null;
    return Effect()
        .persist(event)
        .thenRun(this::sayPriority)
        .thenRun(
            (RunState now) -> reconfigure.replyTo().tell(StatusReply.success(entrance.view(now))));
  }

  private void sayPriority(RunState state) {
    if (entrance.holds(state)) {
      entrance.say(state);
    }
  }

  private void requireStill(RunState state) {
    if (!state.isKnown()) {
      throw UserProblem.usage(isNotHere());
    } else if (loop != null || planning) {
      throw UserProblem.usage("run '" + run + "' is running; stop it first (Ctrl-C)");
    }
  }

  private String isNotHere() {
    return "there is no run '" + run + "' here";
  }

  private Effect<RunEventRecord, RunState> onPause(RunState state, CoordinatorCommand.Pause pause) {
    if (state.status() != RunStatus.RUNNING) {
      pause.replyTo().tell(StatusReply.success(entrance.view(state)));
      return Effect().none();
    }
    if (awaitingPause.size() >= MOST_AWAITING) {
      pause.replyTo().tell(StatusReply.error(busy()));
      return Effect().none();
    }
    awaitingPause.add(pause.replyTo());
    pauseReason = pause.reason();
    if (loop != null) {
      loop.tell(new StepLoopCommand.Drain(pause.reason()));
      return Effect().none();
    }
    return pause(state, pause.reason());
  }

  private Effect<RunEventRecord, RunState> onSet(RunState state, CoordinatorCommand.Set set) {
    if (!state.isKnown()) {
      refuse(state, set);
      return Effect().none();
    }
    try {
      RunConfig config = RunConfigReader.readText(state.config(), "run " + run);
      requireRoom(
          RunConfigReader.with(config, Map.of(set.path(), set.value()), "set " + set.path()));
    } catch (UserProblem problem) {
      set.replyTo().tell(StatusReply.error(problem.getMessage()));
      return Effect().none();
    }
    if (state.status() != RunStatus.RUNNING || entrance.holds(state)) {
      refuse(state, set);
    } else if (awaitingSet.size() >= MOST_AWAITING) {
      set.replyTo().tell(StatusReply.error(busy()));
    } else {
      awaitingSet.add(set);
      toLoop(change(set));
    }
    return Effect().none();
  }

  /** A K above the number of heads would select nothing, and nobody would be told. */
  private void requireRoom(RunConfig changed) {
    int heads = plan == null ? Integer.MAX_VALUE : plan.sweep().trainable().adapters().size();
    if (changed.selection().keep() > heads) {
      throw UserProblem.usage(
          "method.keep: %d heads are to be kept, but the run has %d; set it to %d or less"
              .formatted(changed.selection().keep(), heads, heads));
    }
  }

  private static StepLoopCommand.Change change(CoordinatorCommand.Set set) {
    return new StepLoopCommand.Change(new SettingChange(set.path(), set.value()));
  }

  private void refuse(RunState state, CoordinatorCommand.Set set) {
    String why = "run '" + run + "' is not running; resume it, then set again";
    if (entrance.holds(state)) {
      why = "run '" + run + "' waits in the queue; set again when it runs";
    } else if (state.status() == RunStatus.FINISHED) {
      why = "run '" + run + "' is finished; its settings cannot change any more";
    } else if (!state.isKnown()) {
      why = isNotHere();
    }
    set.replyTo().tell(StatusReply.error(why));
  }

  private String busy() {
    return "run '" + run + "' has " + MOST_AWAITING + " commands waiting; try again later";
  }

  private void answerSet(RunState state, SettingChange journalled) {
    awaitingSet.stream()
        .filter(set -> change(set).change().equals(journalled))
        .findFirst()
        .ifPresent(
            set -> {
              awaitingSet.remove(set);
              set.replyTo().tell(StatusReply.success(entrance.view(state)));
            });
  }

  private Effect<RunEventRecord, RunState> onAttach(
      RunState state, CoordinatorCommand.Attach attach) {
    boolean isNew = subscribers.add(attach.subscriber());
    attach.subscriber().tell(new RunEvent.Attached(run, entrance.view(state)));
    if (!isNew) { // said again in case this coordinator had been a new one
      return Effect().none();
    }
    context.watch(attach.subscriber());
    if (loop != null && began != null) {
      attach.subscriber().tell(began);
    }
    if (state.status() == RunStatus.FINISHED && state.summary() != null) {
      attach.subscriber().tell(new RunEvent.RunFinished(run, state.summary()));
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onGetRun(RunState state, CoordinatorCommand.GetRun get) {
    get.replyTo().tell(StatusReply.success(entrance.view(state)));
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onGetStanding(
      RunState state, CoordinatorCommand.GetStanding get) {
    get.replyTo().tell(StatusReply.success(standing.of(state, entrance.view(state))));
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onCheckpoint(
      RunState state, CoordinatorCommand.Checkpoint checkpoint) {
    if (state.status() == RunStatus.RUNNING && !entrance.holds(state)) {
      toLoop(new StepLoopCommand.Checkpoint());
      checkpoint.replyTo().tell(StatusReply.success(entrance.view(state)));
    } else {
      String why = state.isKnown() ? "run '" + run + "' is not running" : isNotHere();
      checkpoint.replyTo().tell(StatusReply.error(why));
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onRemove(
      RunState state, CoordinatorCommand.Remove remove) {
    try {
      requireStill(state);
    } catch (UserProblem refused) {
      remove.replyTo().tell(StatusReply.error(refused.getMessage()));
      return Effect().none();
    }
    List<CheckpointId> all = List.copyOf(state.inStore());
    Set<String> layers = layersEverSaved(state);
    return Effect()
        .persist(new RunEventRecord.Removed())
        .thenRun(this::sayStatus)
        .thenRun(now -> layers.forEach(layer -> forget(now, layer, all)))
        .thenRun(now -> layers.forEach(layer -> release(state, layer)))
        .thenRun((RunState now) -> remove.replyTo().tell(StatusReply.success(entrance.view(now))));
  }

  /** All layers that may have blobs: the plan's where it is known, else those once counted. */
  private Set<String> layersEverSaved(RunState state) {
    Set<String> layers = new LinkedHashSet<>(state.layers());
    if (plan != null) {
      plan.layers().forEach(p -> layers.add(p.spec().id().name()));
    }
    return layers;
  }

  // ------------------------------------------------------------------ attempts

  private Effect<RunEventRecord, RunState> beginAttempt(RunState state, String reason) {
    int limit;
    try {
      limit = attemptLimit(state);
    } catch (UserProblem unreadable) { // journalled by a version that knew other settings
      return pause(state, unreadable.getMessage());
    }
    if (state.attemptsSinceCheckpoint() >= limit) {
      return pause(
          state,
          state.attemptsSinceCheckpoint()
              + " attempts in a row ended before a new checkpoint"
              + " (failure.max-attempts = "
              + limit
              + "); the last reason: "
              + reason
              + "; see run.log, then resume");
    }
    planning = true;
    return Effect()
        .persist(new RunEventRecord.AttemptTaken(state.attempt() + 1, state.counted(), reason))
        .thenRun(now -> planAttempt(now, reason));
  }

  private static int attemptLimit(RunState state) {
    return RunConfigReader.readText(state.config(), "journal").failure().maxAttempts();
  }

  private void planAttempt(RunState state, String reason) {
    context
        .getLog()
        .info(
            "run={} attempt={} event=attempt-begun from={} reason={}",
            run,
            state.attempt(),
            state.counted(),
            reason);
    reasonOfAttempt = reason;
    RunPlan known = plan;
    var blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    CompletableFuture<RunPlan> work =
        known != null
            ? CompletableFuture.completedFuture(known)
            : CompletableFuture.supplyAsync(() -> planner.plan(state.config()), blocking);
    context.pipeToSelf(
        work,
        (found, failure) ->
            failure == null
                ? new Planned(state.attempt(), found)
                : new PlanFailed(state.attempt(), Failures.rootMessage(failure)));
  }

  private Effect<RunEventRecord, RunState> onPlanned(RunState state, Planned planned) {
    planning = false;
    plan = planned.plan;
    if (state.status() != RunStatus.RUNNING || planned.attempt != state.attempt()) {
      return Effect().none();
    }
    String mismatch =
        state.fingerprints() == null
            ? ""
            : FingerprintCheck.adapterMismatch(state.fingerprints().data(), plan.dataFingerprint());
    if (!mismatch.isEmpty()) {
      plan = null; // the folder may be restored before the run is resumed
      return pause(state, mismatch);
    }
    List<String> layers = plan.layers().stream().map(p -> p.spec().id().name()).toList();
    Progress progress = state.progress() == null ? Progress.start(layers) : state.progress();
    StepLoop.Attempt attempt =
        new StepLoop.Attempt(
            run,
            state.attempt(),
            state.counted(),
            progress,
            state.settings(),
            state.fingerprints());
    standing.began(plan, progress);
    began =
        new RunEvent.AttemptBegan(
            run, state.attempt(), progress.version(), plan.totalSteps(), reasonOfAttempt);
    tell(began);
    loop =
        context.spawn(
            StepLoop.create(attempt, plan, post, context.getSelf()), "loop-" + state.attempt());
    context.watch(loop);
    awaitingSet.forEach(set -> toLoop(change(set)));
    forgetAll(state);
    if (!awaitingPause.isEmpty()) {
      loop.tell(new StepLoopCommand.Drain(pauseReason));
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onPlanFailed(RunState state, PlanFailed failed) {
    planning = false;
    return failed.attempt == state.attempt() && state.status() == RunStatus.RUNNING
        ? pause(state, failed.reason)
        : Effect().none();
  }

  private Effect<RunEventRecord, RunState> pause(RunState state, String reason) {
    context.getLog().info("run={} event=paused reason={}", run, reason);
    stopLoop();
    release(state);
    long version = state.counted().version();
    return Effect()
        .persist(new RunEventRecord.Paused(version, reason))
        .thenRun(this::sayStatus)
        .thenRun(now -> tell(new RunEvent.RunPaused(run, version, reason)))
        .thenRun(this::answerPause);
  }

  private void answerPause(RunState state) {
    awaitingPause.forEach(replyTo -> replyTo.tell(StatusReply.success(entrance.view(state))));
    awaitingPause.clear();
    awaitingSet.forEach(set -> refuse(state, set));
    awaitingSet.clear();
  }

  private void stopLoop() {
    if (loop != null) {
      context.unwatch(loop);
      context.stop(loop);
      loop = null;
      departure.mayGo();
    }
  }

  private RunState onTerminated(RunState state, Terminated terminated) {
    if (loop != null && terminated.getRef().equals(loop)) {
      loop = null;
      if (terminated instanceof ChildFailed failed) {
        interruption = "its step loop failed: " + Failures.rootMessage(failed.getCause());
      }
      context.getLog().error("run={} attempt={} event=loop-died", run, state.attempt());
      context.getSelf().tell(new CoordinatorCommand.EnsureRunning(run));
    }
    subscribers.removeIf(s -> s.equals(terminated.getRef()));
    return state;
  }

  /** The node leaves: the next attempt, on another one, is to begin where this one is now. */
  private Effect<RunEventRecord, RunState> onDeparture(Departure.Begins begins) {
    departure.await(begins);
    if (loop == null) {
      departure.mayGo();
    } else {
      loop.tell(new StepLoopCommand.Checkpoint());
    }
    return Effect().none();
  }

  // ------------------------------------------------------------------ from the loop

  private Effect<RunEventRecord, RunState> onLayerReply(RunState state, LayerReply reply) {
    if (loop != null && reply.attempt() == state.attempt()) {
      if (reply instanceof LayerReply.TakenUp) {
        standing.moved();
      }
      loop.tell(reply);
    }
    return Effect().none();
  }

  private Effect<RunEventRecord, RunState> onWantsCheckpoint(StepLoopReport.WantsCheckpoint wants) {
    CheckpointId id = new CheckpointId(wants.attempt(), wants.version());
    return Effect()
        .persist(new RunEventRecord.CheckpointNamed(id))
        .thenRun(now -> toLoop(new StepLoopCommand.MaySave(wants.version())));
  }

  private Effect<RunEventRecord, RunState> onCheckpointWhole(StepLoopReport.CheckpointWhole whole) {
    CheckpointId id = new CheckpointId(whole.attempt(), whole.progress().version());
    context
        .getLog()
        .info("run={} event=checkpoint-whole checkpoint={} bytes={}", run, id, whole.bytes());
    return Effect()
        .persist(new RunEventRecord.CheckpointCounted(id, whole.progress(), whole.rows()))
        .thenRun(now -> toLoop(new StepLoopCommand.Counted(id.version())))
        .thenRun(now -> departure.mayGo())
        .thenRun(this::forgetAll);
  }

  private void forgetAll(RunState state) {
    List<CheckpointId> forgettable = state.forgettable();
    if (plan != null && !forgettable.isEmpty()) {
      for (LayerPlan layer : plan.layers()) {
        LayerSpec spec = layer.spec();
        forget(state, spec.id().name(), forgettable);
      }
    }
  }

  private void forget(RunState state, String layer, List<CheckpointId> checkpoints) {
    post.toLayer(run, layer, new LayerCommand.Forget(run, state.attempt(), checkpoints));
  }

  /** No attempt is under way: layers need hold nothing, nor leave hand-offs behind. */
  private void release(RunState state) {
    layersEverSaved(state).forEach(layer -> release(state, layer));
  }

  private void release(RunState state, String layer) {
    post.toLayer(run, layer, new LayerCommand.Release(run, state.attempt()));
  }

  private Effect<RunEventRecord, RunState> onWantsSetting(StepLoopReport.WantsSetting wants) {
    SettingChange change = wants.change();
    return Effect()
        .persist(new RunEventRecord.SettingChanged(wants.step(), change))
        .thenRun(
            now -> {
              toLoop(new StepLoopCommand.ChangeJournalled(wants.step(), change));
              tell(new RunEvent.SettingChanged(run, wants.step(), change.path(), change.value()));
              answerSet(now, change);
            });
  }

  private Effect<RunEventRecord, RunState> onCompleted(
      RunState state, StepLoopReport.Completed completed) {
    context.getLog().info("run={} event=finished steps={}", run, completed.summary().steps());
    stopLoop();
    release(state);
    plan = null; // with its tokenised data: other runs of this node go on
    return Effect()
        .persist(new RunEventRecord.Finished(completed.summary()))
        .thenRun(this::sayStatus)
        .thenRun(now -> tell(new RunEvent.RunFinished(run, completed.summary())))
        .thenRun(this::answerPause);
  }

  private Effect<RunEventRecord, RunState> onHappened(StepLoopReport.Happened happened) {
    tell(happened.event());
    return Effect().none();
  }

  private void toLoop(StepLoopCommand command) {
    if (loop != null) {
      loop.tell(command);
    }
  }

  private void tell(RunEvent event) {
    standing.happened(event);
    subscribers.forEach(subscriber -> subscriber.tell(event));
  }

  private void sayStatus(RunState state) {
    entrance.say(state);
    if (entrance.holds(state)) {
      timers.startTimerWithFixedDelay(Ask.AGAIN, Ask.AGAIN, ASK_EVERY);
    }
  }
}
