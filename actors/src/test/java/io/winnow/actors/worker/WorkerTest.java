package io.winnow.actors.worker;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import io.winnow.actors.node.Post;
import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepPlan;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final RunId RUN = new RunId("run");
  private static final RunId OTHER = new RunId("other");
  private static final RunId THIRD = new RunId("third");
  private static final AdapterId HEAD = new AdapterId(0, "query");
  private static final LayerId FIRST = new LayerId(0, "first");
  private static final LayerId SECOND = new LayerId(1, "second");
  private static final List<String> BOTH = List.of("first", "second");
  private static final Duration SOON = Duration.ofMillis(30);

  private final ScriptedSweeps sweeps = new ScriptedSweeps();
  private final AtomicBoolean breaksFetching = new AtomicBoolean();
  private TestProbe<StepLoopMessage> loop;
  private TestProbe<LayerCommand> layers;
  private ActorRef<WorkerMessage> worker;

  @BeforeEach
  void spawn() {
    loop = KIT.createTestProbe(StepLoopMessage.class);
    layers = KIT.createTestProbe(LayerCommand.class);
    Behavior<WorkerMessage> supervised =
        Behaviors.supervise(Worker.create(new ProbePost(), sweeps, new ComputeClock()))
            .onFailure(SupervisorStrategy.restart());
    worker = KIT.spawn(supervised);
  }

  @AfterEach
  void stopWorker() {
    KIT.stop(worker);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private final class ProbePost implements Post {
    @Override
    public void toLayer(RunId run, String layer, LayerCommand command) {
      if (command instanceof LayerCommand.Fetch && breaksFetching.getAndSet(false)) {
        throw new IllegalStateException("a test lets this worker die");
      }
      layers.getRef().tell(command);
    }

    @Override
    public void toCoordinator(RunId run, CoordinatorMessage message) {
      throw new AssertionError("a worker speaks to the step loop: " + message);
    }

    @Override
    public void toRegistry(RegistryMessage message) {
      throw new AssertionError("a worker does not speak to the registry: " + message);
    }
  }

  private WorkerCommand.Prepare prepare(long attempt) {
    List<LayerSpec> specs =
        List.of(
            new LayerSpec(FIRST, List.of(), List.of()),
            new LayerSpec(SECOND, List.of(), List.of()));
    SweepPlan plan =
        new SweepPlan(
            "m", ModelOptions.defaults(), new TrainableSpec(specs), 0f, TaskHead.sequence(2), 7);
    return new WorkerCommand.Prepare(RUN, attempt, plan, loop.getRef());
  }

  private void prepared(RunId run) {
    WorkerCommand.Prepare own = prepare(1);
    worker.tell(new WorkerCommand.Prepare(run, 1, own.plan(), own.replyTo()));
    assertThat(loop.expectMessageClass(SweepReply.Prepared.class).run()).isEqualTo(run);
  }

  /** An order of another run's first step. */
  private WorkerCommand.Assign of(RunId run, int microBatch) {
    WorkerCommand.Assign own = train(1, 1, microBatch, BOTH);
    return new WorkerCommand.Assign(
        run, 1, own.kind(), 1, 0, microBatch, 6, BOTH, 1.0, own.batch(), own.replyTo());
  }

  private void supplyTo(RunId run) {
    for (LayerId id : List.of(FIRST, SECOND)) {
      LayerParameters none = new LayerParameters(id, List.of(), List.of());
      worker.tell(new WorkerCommand.Parameters(run, 1, 0, none));
    }
  }

  private void prepared(long attempt) {
    worker.tell(prepare(attempt));
    assertThat(loop.expectMessageClass(SweepReply.Prepared.class).attempt()).isEqualTo(attempt);
  }

  private WorkerCommand.Assign train(long attempt, long step, int microBatch, List<String> live) {
    return assign(attempt, WorkerCommand.Kind.TRAIN, step, microBatch, live);
  }

  private WorkerCommand.Assign assign(
      long attempt, WorkerCommand.Kind kind, long step, int microBatch, List<String> live) {
    Batch batch =
        new Batch(1, 1, new int[] {1}, new int[] {1}, null, new Targets.Classes(new int[] {0}));
    return new WorkerCommand.Assign(
        RUN,
        attempt,
        kind,
        step,
        version(kind, step),
        microBatch,
        4,
        live,
        1.0,
        batch,
        loop.getRef());
  }

  private static long version(WorkerCommand.Kind kind, long step) {
    return kind == WorkerCommand.Kind.TRAIN ? step - 1 : step;
  }

  private void expectFetches(long version, String... names) {
    for (int i = 0; i < names.length; i++) {
      LayerCommand.Fetch fetch = layers.expectMessageClass(LayerCommand.Fetch.class);
      assertThat(fetch.version()).isEqualTo(version);
      assertThat(fetch.replyTo()).isEqualTo(worker);
    }
  }

  private void supply(long attempt, long version, LayerId... ids) {
    Arrays.stream(ids)
        .map(id -> new LayerParameters(id, List.of(), List.of()))
        .forEach(p -> worker.tell(new WorkerCommand.Parameters(RUN, attempt, version, p)));
  }

  /** Both layers' gradients, then the answer. */
  private SweepReply.Finished expectFinished() {
    layers.expectMessageClass(LayerCommand.Gradient.class);
    layers.expectMessageClass(LayerCommand.Gradient.class);
    return loop.expectMessageClass(SweepReply.Finished.class);
  }

  private void firstStep() {
    prepared(1);
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    supply(1, 0, FIRST, SECOND);
    expectFinished();
  }

  // ------------------------------------------------------------------ work

  @Test
  void preparedWorkerSaysWithWhatItComputesAndSaysItAgain() {
    worker.tell(prepare(1));
    SweepReply.Prepared first = loop.expectMessageClass(SweepReply.Prepared.class);
    worker.tell(prepare(1));

    assertThat(first)
        .isEqualTo(new SweepReply.Prepared(RUN, 1, worker, "base-of-m", "exact"))
        .isEqualTo(loop.expectMessageClass(SweepReply.Prepared.class));
    assertThat(sweeps.opened).hasValue(1);
  }

  @Test
  void workerFetchesOnlyWhatItLacks() {
    firstStep();
    worker.tell(train(1, 1, 1, BOTH));
    assertThat(expectFinished().microBatch()).isEqualTo(1);

    worker.tell(train(1, 2, 0, BOTH));
    expectFetches(1, "first", "second");
    assertThat(sweeps.bound).hasSize(2);
  }

  @Test
  void layerThatIsDeadIsBoundToNothingAndNotFetched() {
    firstStep();
    worker.tell(train(1, 2, 0, List.of("second")));
    expectFetches(1, "second");
    layers.expectNoMessage(SOON);
    supply(1, 1, SECOND);
    expectFinished();

    assertThat(sweeps.bound)
        .extracting(p -> p.layer().name())
        .containsExactly("first", "second", "first", "second");
  }

  @Test
  void orderThatIsSaidAgainFetchesAgainWhatDidNotCome() {
    prepared(1);
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    supply(1, 0, FIRST);
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "second");
    layers.expectNoMessage(SOON);

    supply(1, 0, SECOND);
    expectFinished();
    loop.expectNoMessage(SOON);
  }

  @Test
  void orderTakesThePlaceOfOneThatWaitsForParametersInVain() {
    prepared(1);
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    worker.tell(train(1, 1, 3, BOTH));
    expectFetches(0, "first", "second");
    supply(1, 0, FIRST, SECOND, FIRST, SECOND);

    assertThat(expectFinished().microBatch()).isEqualTo(3);
    loop.expectNoMessage(SOON);
  }

  @Test
  void parametersOfAnotherVersionOrAttemptAreNotTaken() {
    prepared(2);
    worker.tell(train(2, 5, 0, BOTH));
    expectFetches(4, "first", "second");
    supply(2, 3, FIRST, SECOND);
    supply(1, 4, FIRST, SECOND);
    supply(2, 4, FIRST);
    loop.expectNoMessage(SOON);

    supply(2, 4, SECOND);
    assertThat(expectFinished().step()).isEqualTo(5);
  }

  @Test
  void parametersMayBeNewerThanAskedForAndTheOldestIsNamed() {
    firstStep();
    worker.tell(ahead(6, 2));
    expectFetches(2, "first", "second");
    supply(1, 1, FIRST);
    supply(1, 6, FIRST);
    supply(1, 3, FIRST);
    loop.expectNoMessage(SOON);
    supply(1, 5, SECOND);
    assertThat(expectFinished().version()).isEqualTo(3);

    worker.tell(ahead(7, 4));
    expectFetches(4, "first"); // and not the second, which is new enough
    layers.expectNoMessage(SOON);
    supply(1, 4, FIRST);
    assertThat(expectFinished().version()).isEqualTo(4);
  }

  /** An order of a step that may be computed on versions from this one on. */
  private WorkerCommand.Assign ahead(long step, long version) {
    WorkerCommand.Assign own = train(1, step, 0, BOTH);
    return new WorkerCommand.Assign(
        RUN, 1, own.kind(), step, version, 0, 4, BOTH, 1.0, own.batch(), own.replyTo());
  }

  @Test
  void evaluationComputesOnTheVersionOfItsStep() {
    prepared(1);
    worker.tell(assign(1, WorkerCommand.Kind.EVALUATE, 6, 2, BOTH));
    expectFetches(6, "first", "second");
    supply(1, 6, FIRST, SECOND);

    SweepReply.Evaluated evaluated = loop.expectMessageClass(SweepReply.Evaluated.class);
    assertThat(evaluated.outputs()).containsExactly(1f, 2f);
    assertThat(evaluated.lossSum()).isEqualTo(0.25);
    assertThat(evaluated.microBatch()).isEqualTo(2);
  }

  @Test
  void costTellsTheBytesThatWereFetchedAndSent() {
    prepared(1);
    sweeps.gradient =
        id ->
            new LayerGradient(
                id,
                List.of(new AdapterGradient(HEAD, new float[6], new float[4], 1f)),
                List.of(new TensorState("bias", new float[3])));
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    List.of(FIRST, SECOND).forEach(id -> worker.tell(parameters(id)));
    long fetched = (6 + 4 + 1 + 3) * Float.BYTES;

    assertThat(expectFinished().cost().bytes()).isEqualTo(2 * fetched + 2 * fetched);

    worker.tell(train(1, 1, 1, BOTH)); // of the same version: nothing is fetched again
    assertThat(expectFinished().cost().bytes()).isEqualTo(2 * fetched);
  }

  private static WorkerCommand.Parameters parameters(LayerId id) {
    AdapterState head = new AdapterState(HEAD, 2, new float[6], new float[4], 1f);
    TensorState bias = new TensorState("bias", new float[3]);
    return new WorkerCommand.Parameters(
        RUN, 1, 0, new LayerParameters(id, List.of(head), List.of(bias)));
  }

  // ------------------------------------------------------------------ several runs

  @Test
  void ordersOfSeveralRunsAreDoneInTurnAndOneThatIsSaidAgainKeepsItsPlace() {
    CountDownLatch computing = waitUntilCancelled();
    prepared(1);
    prepared(OTHER);
    prepared(THIRD);
    begin(1, computing);
    worker.tell(of(OTHER, 3));
    worker.tell(of(THIRD, 5));
    prepared(OTHER); // its deadline passed: it is asked after, and told again
    worker.tell(of(OTHER, 4));
    sweeps.script = (work, cancelled) -> {};
    worker.tell(new WorkerCommand.Release(RUN, 1));

    for (RunId next : List.of(OTHER, THIRD)) {
      expectFetches(0, "first", "second");
      supplyTo(next);
      SweepReply.Finished finished = expectFinished();
      assertThat(finished.run()).isEqualTo(next);
      assertThat(finished.microBatch()).isEqualTo(next.equals(OTHER) ? 4 : 5);
    }
    loop.expectNoMessage(SOON);
  }

  @Test
  void orderOfAnotherRunBeginsWhenTheOneBeforeItIsGivenUp() {
    prepared(1);
    prepared(OTHER);
    worker.tell(train(1, 1, 0, BOTH));
    expectFetches(0, "first", "second"); // and no answer: this run ends before
    worker.tell(of(OTHER, 3));
    layers.expectNoMessage(SOON);
    worker.tell(new WorkerCommand.Release(RUN, 1));

    expectFetches(0, "first", "second");
    supplyTo(OTHER);
    assertThat(expectFinished().run()).isEqualTo(OTHER);
  }

  // ------------------------------------------------------------------ cancelling

  @Test
  void releasedWorkerStopsInMidSweepAndSaysNothing() {
    CountDownLatch computing = waitUntilCancelled();
    prepared(1);
    begin(1, computing);
    worker.tell(new WorkerCommand.Release(RUN, 1));

    expectClosed(1);
    loop.expectNoMessage(SOON);
  }

  @Test
  void runWhoseLoopDiedWithoutAWordIsReleased() {
    prepared(1);
    loop.stop();

    expectClosed(1);
  }

  @Test
  void releaseOfAnEarlierAttemptIsIgnored() {
    prepared(2);
    worker.tell(new WorkerCommand.Release(RUN, 1));
    prepared(2);
    assertThat(sweeps.opened).hasValue(1);
  }

  @Test
  void laterAttemptTakesTheWorkerOutOfAnEarlierOnesSweep() {
    CountDownLatch computing = waitUntilCancelled();
    prepared(1);
    begin(1, computing);
    prepared(2);
    sweeps.script = (work, cancelled) -> {};
    worker.tell(train(2, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    supply(2, 0, FIRST, SECOND);

    assertThat(expectFinished().attempt()).isEqualTo(2);
    expectClosed(1);
  }

  private static WorkerCommand.Cancel cancel(int microBatch) {
    return new WorkerCommand.Cancel(RUN, 1, WorkerCommand.Kind.TRAIN, 1, microBatch);
  }

  @Test
  void sweepThatAnotherWorkerWasFasterWithIsGivenUpForTheNextOrder() {
    CountDownLatch computing = waitUntilCancelled();
    prepared(1);
    begin(1, computing);
    sweeps.script = (work, cancelled) -> {}; // of the next one; this one computes already
    worker.tell(train(1, 1, 2, BOTH));
    worker.tell(cancel(1));
    worker.tell(cancel(0));

    assertThat(expectFinished().microBatch()).isEqualTo(2);
    loop.expectNoMessage(SOON);
  }

  @Test
  void orderThatIsCancelledBeforeItBeganIsNotDone() {
    CountDownLatch computing = waitUntilCancelled();
    prepared(1);
    begin(1, computing);
    worker.tell(train(1, 1, 2, BOTH));
    worker.tell(cancel(2));
    worker.tell(cancel(0));
    layers.expectNoMessage(SOON);
    worker.tell(train(1, 2, 3, BOTH));
    expectFetches(1, "first", "second");
    worker.tell(new WorkerCommand.Cancel(RUN, 1, WorkerCommand.Kind.TRAIN, 2, 3));
    supply(1, 1, FIRST, SECOND);

    layers.expectNoMessage(SOON);
    loop.expectNoMessage(SOON);
  }

  private CountDownLatch waitUntilCancelled() {
    CountDownLatch computing = new CountDownLatch(1);
    sweeps.script =
        (work, cancelled) -> {
          computing.countDown();
          spinUntil(cancelled);
        };
    return computing;
  }

  private static void spinUntil(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private void begin(long attempt, CountDownLatch computing) {
    worker.tell(train(attempt, 1, 0, BOTH));
    expectFetches(0, "first", "second");
    supply(attempt, 0, FIRST, SECOND);
    spinUntil(() -> computing.getCount() == 0);
    assertThat(computing.getCount()).isZero();
  }

  private void expectClosed(int sessions) {
    loop.awaitAssert(
        () -> {
          assertThat(sweeps.closed).hasValue(sessions);
          return null;
        });
  }

  // ------------------------------------------------------------------ failing

  @Test
  void orderForWhichTheWorkerIsNotPreparedFails() {
    worker.tell(train(1, 1, 0, BOTH));
    assertThat(loop.expectMessageClass(SweepReply.Failed.class).reason())
        .contains("not prepared for attempt 1");

    prepared(2);
    worker.tell(train(1, 1, 0, BOTH));
    loop.expectMessageClass(SweepReply.Failed.class);
  }

  @Test
  void baseThatCannotBeLoadedRefusesTheRunAndMayBeTriedAgain() {
    sweeps.onOpen =
        () -> {
          throw new IllegalStateException("no such folder");
        };
    worker.tell(prepare(1));
    assertThat(loop.expectMessageClass(SweepReply.Refused.class).reason())
        .isEqualTo("no such folder");

    sweeps.onOpen = () -> {};
    prepared(1);
  }

  @Test
  void sweepThatFailsIsReportedAndTheWorkerFetchesAnewAndGoesOn() {
    for (Throwable failure : List.of(new IllegalStateException("bad"), new AssertionError("bad"))) {
      sweeps.script = (work, cancelled) -> sneak(failure);
      prepared(1);
      worker.tell(train(1, 1, 0, BOTH));
      expectFetches(0, "first", "second");
      supply(1, 0, FIRST, SECOND);
      SweepReply.Failed failed = loop.expectMessageClass(SweepReply.Failed.class);
      assertThat(failed.reason()).isEqualTo("bad");
      assertThat(failed.microBatch()).isZero();
    }

    sweeps.script = (work, cancelled) -> {};
    firstStep();
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  @Test
  void restartedWorkerSaysWhatItLeavesUndoneAndServesAgain() {
    prepared(1);
    breaksFetching.set(true);
    worker.tell(train(1, 1, 0, BOTH));
    assertThat(loop.expectMessageClass(SweepReply.Failed.class).reason()).contains("restarted");

    expectClosed(1);
    firstStep();
    assertThat(sweeps.opened).hasValue(2);
  }
}
