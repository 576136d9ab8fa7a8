package io.winnow.actors.worker;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import io.winnow.actors.node.Failures;
import io.winnow.actors.node.Post;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.task.SweepKey;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RunId;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One compute slot. The actor talks: it takes work orders, fetches the parameters that they need,
 * and answers; one thread of its own computes. It owns nothing durable: all it holds can be fetched
 * again. Work orders are done one at a time; of each run at most one waits, and keeps its place in
 * the queue when it is said again, so that runs take turns however long a sweep of another one is.
 */
public final class Worker extends AbstractBehavior<WorkerMessage> {
  /** How workers are found. */
  public static final ServiceKey<WorkerMessage> KEY =
      ServiceKey.create(WorkerMessage.class, "winnow-worker");

  /** Not the context's: that one refuses the compute thread. */
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** What the compute thread tells the actor. */
  private sealed interface Internal extends WorkerMessage, NoSerializationVerificationNeeded {}

  private record Opened(WorkerCommand.Prepare prepare, SweepSession sweep) implements Internal {}

  private record OpenFailed(WorkerCommand.Prepare prepare, String reason) implements Internal {}

  private record Done(Job job, SweepReply reply) implements Internal {}

  private record Cancelled(Job job) implements Internal {}

  private final Post post;
  private final SweepFactory factory;
  private final ComputeClock clock;
  private final ExecutorService compute;
  private final Map<RunId, Session> sessions = new HashMap<>();
  private final Map<RunId, WorkerCommand.Assign> waiting = new LinkedHashMap<>();
  private @Nullable Job current;

  private Worker(
      ActorContext<WorkerMessage> context, Post post, SweepFactory factory, ComputeClock clock) {
    super(context);
    this.post = post;
    this.factory = factory;
    this.clock = clock;
    String name = "compute-" + context.getSelf().path().name();
    this.compute =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf().narrow()));
  }

  /** A worker that waits to be prepared. */
  public static Behavior<WorkerMessage> create(
      Post post, SweepFactory factory, ComputeClock clock) {
    return Behaviors.setup(context -> new Worker(context, post, factory, clock));
  }

  @Override
  public Receive<WorkerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(WorkerCommand.Prepare.class, this::onPrepare)
        .onMessage(WorkerCommand.Assign.class, this::onAssign)
        .onMessage(WorkerCommand.Parameters.class, this::onParameters)
        .onMessage(WorkerCommand.Cancel.class, this::onCancel)
        .onMessage(WorkerCommand.Release.class, this::onRelease)
        .onMessage(Opened.class, this::onOpened)
        .onMessage(OpenFailed.class, this::onOpenFailed)
        .onMessage(Done.class, this::onDone)
        .onMessage(Cancelled.class, this::onCancelled)
        .onSignal(Terminated.class, this::onLoopGone)
        .onSignal(PreRestart.class, signal -> onPreRestart())
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  // ------------------------------------------------------------------ runs

  /**
   * A run that this worker serves: its compute side, and which version of each layer that holds.
   */
  private static final class Session {
    private final WorkerCommand.Prepare prepare;
    private @Nullable SweepSession sweep;
    private final Map<String, Long> bound = new HashMap<>();

    Session(WorkerCommand.Prepare prepare) {
      this.prepare = prepare;
    }
  }

  private Behavior<WorkerMessage> onPrepare(WorkerCommand.Prepare prepare) {
    Session known = sessions.get(prepare.run());
    if (known != null && known.prepare.attempt() > prepare.attempt()) {
      return this;
    }
    if (known != null && known.prepare.equals(prepare)) {
      if (known.sweep != null) {
        sayPrepared(prepare, known.sweep);
      }
      return this;
    }
    forget(prepare.run());
    beginNext();
    sessions.put(prepare.run(), new Session(prepare));
    getContext().watch(prepare.replyTo());
    submit(
        () -> {
          try {
            return new Opened(prepare, factory.open(prepare.plan()));
          } catch (RuntimeException | Error failure) {
            LOG.error("run={} event=prepare-failed", prepare.run(), failure);
            return new OpenFailed(prepare, Failures.rootMessage(failure));
          }
        });
    return this;
  }

  private Behavior<WorkerMessage> onOpened(Opened opened) {
    Session session = sessions.get(opened.prepare.run());
    if (session == null || !session.prepare.equals(opened.prepare)) {
      compute.execute(opened.sweep::close);
      return this;
    }
    session.sweep = opened.sweep;
    sayPrepared(opened.prepare, opened.sweep);
    return this;
  }

  private void sayPrepared(WorkerCommand.Prepare prepare, SweepSession sweep) {
    prepare
        .replyTo()
        .tell(
            new SweepReply.Prepared(
                prepare.run(), prepare.attempt(), self(), sweep.base(), sweep.numerics()));
  }

  private Behavior<WorkerMessage> onOpenFailed(OpenFailed failed) {
    WorkerCommand.Prepare prepare = failed.prepare;
    Session session = sessions.get(prepare.run());
    if (session != null && session.prepare.equals(prepare)) {
      sessions.remove(prepare.run());
    }
    prepare
        .replyTo()
        .tell(new SweepReply.Refused(prepare.run(), prepare.attempt(), self(), failed.reason));
    return this;
  }

  private Behavior<WorkerMessage> onRelease(WorkerCommand.Release release) {
    Session session = sessions.get(release.run());
    if (session != null && session.prepare.attempt() <= release.attempt()) {
      forget(release.run());
      beginNext();
    }
    return this;
  }

  /** Its Release may have been lost, or was never sent: the node of the loop died. */
  private Behavior<WorkerMessage> onLoopGone(Terminated gone) {
    List<RunId> orphans =
        sessions.values().stream()
            .filter(session -> session.prepare.replyTo().equals(gone.getRef()))
            .map(session -> session.prepare.run())
            .toList();
    orphans.forEach(this::forget);
    beginNext();
    return this;
  }

  /** Drops a run's session and work; buffers are freed by the thread that uses them. */
  private void forget(RunId run) {
    Session session = sessions.remove(run);
    waiting.remove(run);
    if (current != null && current.assign.run().equals(run)) {
      current.cancel();
      if (!current.isComputing()) {
        current = null;
      }
    }
    if (session != null && session.sweep != null) {
      compute.execute(session.sweep::close);
    }
  }

  // ------------------------------------------------------------------ work orders

  /** An order takes the place of an older one that does not compute yet: that was given up. */
  private Behavior<WorkerMessage> onAssign(WorkerCommand.Assign assign) {
    Session session = sessions.get(assign.run());
    if (session == null || session.sweep == null || session.prepare.attempt() != assign.attempt()) {
      fail(assign, "the worker is not prepared for attempt " + assign.attempt());
      return this;
    }
    if (current != null && current.isSame(assign)) {
      waiting.remove(assign.run());
      current.replyTo = assign.replyTo();
      if (!current.isComputing()) {
        fetchMissing(current);
      }
    } else if (current == null || current.isGivenUpFor(assign)) {
      waiting.remove(assign.run());
      begin(assign);
    } else {
      waiting.put(assign.run(), assign); // in the place of an older one, if there is one
    }
    return this;
  }

  private void begin(WorkerCommand.Assign assign) {
    Session session = sessions.get(assign.run());
    current = new Job(assign, session.bound);
    if (current.isSupplied()) {
      compute(current, session);
    } else {
      fetchMissing(current);
    }
  }

  private void beginNext() {
    if (current == null && !waiting.isEmpty()) {
      RunId next = waiting.keySet().iterator().next();
      begin(waiting.remove(next));
    }
  }

  private void fetchMissing(Job job) {
    WorkerCommand.Assign assign = job.assign;
    for (String layer : job.missing()) {
      post.toLayer(
          assign.run(),
          layer,
          new LayerCommand.Fetch(assign.run(), assign.attempt(), assign.version(), self()));
    }
  }

  private Behavior<WorkerMessage> onParameters(WorkerCommand.Parameters parameters) {
    if (current == null || !current.wants(parameters)) {
      return this;
    }
    current.supply(parameters);
    if (current.isSupplied()) {
      compute(current, sessions.get(parameters.run()));
    }
    return this;
  }

  /** Another worker was faster. What computes looks at the flag between layers. */
  private Behavior<WorkerMessage> onCancel(WorkerCommand.Cancel cancel) {
    WorkerCommand.Assign next = waiting.get(cancel.run());
    if (next != null && isOf(next, cancel)) {
      waiting.remove(cancel.run());
    }
    if (current != null && isOf(current.assign, cancel)) {
      current.cancel();
      if (!current.isComputing()) {
        current = null;
        beginNext();
      }
    }
    return this;
  }

  private static boolean isOf(WorkerCommand.Assign assign, WorkerCommand.Cancel cancel) {
    return assign.run().equals(cancel.run())
        && assign.attempt() == cancel.attempt()
        && assign.kind() == cancel.kind()
        && assign.step() == cancel.step()
        && assign.microBatch() == cancel.microBatch();
  }

  private void compute(Job job, Session session) {
    SweepSession sweep = session.sweep;
    List<LayerParameters> toBind = job.toBind(session.prepare.plan().trainable().layers());
    toBind.forEach(p -> session.bound.put(p.layer().name(), job.versionOf(p)));
    job.startComputing(session.bound);
    submit(
        () -> {
          clock.begin();
          try {
            toBind.forEach(sweep::bind);
            return sweep(job, sweep, session.prepare.plan().seed());
          } catch (RuntimeException | Error failure) {
            LOG.error("{} event=sweep-failed", job, failure);
            return new Done(job, failed(job.assign, Failures.rootMessage(failure)));
          } finally {
            clock.end();
          }
        });
  }

  private Internal sweep(Job job, SweepSession sweep, long seed) {
    WorkerCommand.Assign a = job.assign;
    if (a.kind() == WorkerCommand.Kind.EVALUATE) {
      SweepSession.Evaluated outcome = sweep.evaluate(a.batch());
      return new Done(
          job,
          new SweepReply.Evaluated(
              a.run(),
              a.attempt(),
              self(),
              a.step(),
              a.microBatch(),
              outcome.lossSum(),
              outcome.outputs()));
    }
    SweepKey key = new SweepKey(seed, a.step(), a.microBatch());
    Traffic traffic = new Traffic(job.fetchedBytes());
    SweepSession.Trained outcome =
        sweep.train(
            new SweepSession.Work(key, a.batch(), a.normaliser()),
            gradient -> {
              traffic.add(gradient.bytes());
              sendGradient(a, gradient);
            },
            job::isCancelled);
    return outcome.wasCancelled()
        ? new Cancelled(job)
        : new Done(
            job,
            new SweepReply.Finished(
                a.run(),
                a.attempt(),
                self(),
                a.step(),
                a.microBatch(),
                job.used(),
                outcome.loss(),
                outcome.cost().plus(traffic.cost())));
  }

  /** Counts what travels for one sweep; of its compute thread. */
  private static final class Traffic {
    private long bytes;

    Traffic(long fetched) {
      bytes = fetched;
    }

    void add(long sent) {
      bytes += sent;
    }

    SweepCost cost() {
      return new SweepCost(0, 0, 0, 0, bytes);
    }
  }

  private void sendGradient(WorkerCommand.Assign a, LayerGradient gradient) {
    post.toLayer(
        a.run(),
        gradient.layer().name(),
        new LayerCommand.Gradient(
            a.run(), a.attempt(), a.step(), a.microBatch(), a.microBatches(), gradient));
  }

  private Behavior<WorkerMessage> onDone(Done done) {
    if (done.reply instanceof SweepReply.Failed failed && sessions.containsKey(failed.run())) {
      sessions.get(failed.run()).bound.clear();
    }
    if (!done.job.isCancelled()) {
      done.job.replyTo.tell(done.reply);
    }
    return onEnd(done.job);
  }

  private Behavior<WorkerMessage> onCancelled(Cancelled cancelled) {
    return onEnd(cancelled.job);
  }

  private Behavior<WorkerMessage> onEnd(Job job) {
    if (current == job) {
      current = null;
    }
    beginNext();
    return this;
  }

  private void fail(WorkerCommand.Assign assign, String reason) {
    assign.replyTo().tell(failed(assign, reason));
  }

  private SweepReply.Failed failed(WorkerCommand.Assign a, String reason) {
    return new SweepReply.Failed(a.run(), a.attempt(), self(), a.step(), a.microBatch(), reason);
  }

  private void submit(java.util.function.Supplier<Internal> task) {
    ActorRef<WorkerMessage> self = self();
    compute.execute(() -> self.tell(task.get()));
  }

  private ActorRef<WorkerMessage> self() {
    return getContext().getSelf();
  }

  /** The actor dies of a bug and lives again: what it leaves undone is said to be so. */
  private Behavior<WorkerMessage> onPreRestart() {
    if (current != null && !current.isCancelled()) {
      current.replyTo.tell(failed(current.assign, "the worker was restarted"));
    }
    waiting.values().forEach(assign -> fail(assign, "the worker was restarted"));
    return onPostStop();
  }

  private Behavior<WorkerMessage> onPostStop() {
    List.copyOf(sessions.keySet()).forEach(this::forget);
    compute.shutdown();
    return this;
  }

  /** A work order on its way: waiting for parameters, then computing. */
  private static final class Job {
    private final WorkerCommand.Assign assign;
    private final Map<String, WorkerCommand.Parameters> supplied = new HashMap<>();
    private final Set<String> needed;
    private ActorRef<StepLoopMessage> replyTo;
    private boolean computing;
    private long used;

    /** Read by the compute thread. */
    private volatile boolean cancelled;

    Job(WorkerCommand.Assign assign, Map<String, Long> bound) {
      this.assign = assign;
      this.replyTo = assign.replyTo();
      this.needed =
          assign.layers().stream()
              .filter(layer -> !bound.containsKey(layer) || !isFit(bound.get(layer)))
              .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    boolean isSame(WorkerCommand.Assign other) {
      return !cancelled
          && assign.run().equals(other.run())
          && assign.attempt() == other.attempt()
          && assign.kind() == other.kind()
          && assign.step() == other.step()
          && assign.microBatch() == other.microBatch();
    }

    boolean isGivenUpFor(WorkerCommand.Assign newer) {
      return !computing && assign.run().equals(newer.run());
    }

    boolean wants(WorkerCommand.Parameters p) {
      return !computing
          && assign.run().equals(p.run())
          && assign.attempt() == p.attempt()
          && isFit(p.version())
          && needed.contains(p.parameters().layer().name())
          && !supplied.containsKey(p.parameters().layer().name());
    }

    /** What is newer than the step's own version comes from layers that have the step already. */
    private boolean isFit(long version) {
      long newest = assign.step() - (assign.kind() == WorkerCommand.Kind.TRAIN ? 1 : 0);
      return assign.version() <= version && version <= newest;
    }

    void supply(WorkerCommand.Parameters parameters) {
      supplied.put(parameters.parameters().layer().name(), parameters);
    }

    List<String> missing() {
      return needed.stream().filter(layer -> !supplied.containsKey(layer)).toList();
    }

    boolean isSupplied() {
      return supplied.size() == needed.size();
    }

    /** Bytes of what was fetched for it. */
    long fetchedBytes() {
      return supplied.values().stream().mapToLong(p -> p.parameters().bytes()).sum();
    }

    /** What is to be bound: what was fetched, and nothing at all for layers that are dead. */
    List<LayerParameters> toBind(List<LayerSpec> layers) {
      Set<String> live = new HashSet<>(assign.layers());
      return layers.stream()
          .map(LayerSpec::id)
          .filter(id -> supplied.containsKey(id.name()) || !live.contains(id.name()))
          .map(this::parametersOf)
          .toList();
    }

    private LayerParameters parametersOf(LayerId id) {
      WorkerCommand.Parameters fetched = supplied.get(id.name());
      return fetched == null ? new LayerParameters(id, List.of(), List.of()) : fetched.parameters();
    }

    /** A layer that is dead has nothing, at whatever version. */
    long versionOf(LayerParameters parameters) {
      WorkerCommand.Parameters fetched = supplied.get(parameters.layer().name());
      return fetched == null ? assign.version() : fetched.version();
    }

    /**
     * @param bound the versions that the sweep computes with
     */
    void startComputing(Map<String, Long> bound) {
      computing = true;
      used = assign.layers().stream().mapToLong(bound::get).min().orElse(assign.version());
    }

    /** The oldest version among the parameters that it computes with. */
    long used() {
      return used;
    }

    boolean isComputing() {
      return computing;
    }

    void cancel() {
      cancelled = true;
    }

    boolean isCancelled() {
      return cancelled;
    }

    @Override
    public String toString() {
      return "run="
          + assign.run()
          + " attempt="
          + assign.attempt()
          + " step="
          + assign.step()
          + " micro-batch="
          + assign.microBatch();
    }
  }
}
