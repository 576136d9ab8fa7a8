package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers, layers and whole nodes die in the middle of a step; the bytes are the same. */
class RecoveryTest {
  private static final String A_LAYER = "deberta.encoder.layer.1";
  private static final long SEED_OF_SWEEP_FAULTS = 77;

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static Map<String, String> undisturbed;
  private static List<MetricsRow> rows;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    config = TinyRun.config(folder, "seed=" + SEED_OF_SWEEP_FAULTS);
    undisturbed = node.finish("undisturbed", config);
    rows = node.follow("undisturbed").countedRows();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void expectUndisturbed(TestNode where, FollowedRun run) {
    assertThat(where.adapters(run.id())).isEqualTo(undisturbed);
    assertThat(run.countedRows()).isEqualTo(rows);
    assertThat(run.countedSteps())
        .isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
  }

  private static void stopLayer(TestNode where, RunId run) {
    ClusterSharding.get(where.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run, A_LAYER))
        .tell(LayerActor.Stop.NOW);
  }

  private static FaultyPost.Fault at(long step, Runnable what) {
    AtomicBoolean isDone = new AtomicBoolean();
    return (message, layer, send) -> {
      boolean isNow =
          message instanceof LayerCommand.Apply apply
              && apply.decision().step() == step
              && layer.equals(A_LAYER)
              && isDone.compareAndSet(false, true);
      if (isNow) {
        what.run();
      }
      send.run();
    };
  }

  @Test
  void workerThatStopsInMidSweepLeavesItsMicroBatchToAnother() throws Exception {
    try (TestNode own = TestNode.start(folder.resolve("stopped-worker"), 3)) {
      AtomicBoolean isDone = new AtomicBoolean();
      own.sweeps.of(
          SEED_OF_SWEEP_FAULTS,
          (work, sweeping) -> {
            if (work.key().step() == 9 && isDone.compareAndSet(false, true)) {
              stopWorkerOfThisThread(own);
            }
            return sweeping.run(UnaryOperator.identity());
          });
      FollowedRun run = own.follow("run");
      run.client().submit(config);
      run.awaitFinished();

      assertThat(isDone).isTrue();
      assertThat(run.attempts()).hasSize(1);
      expectUndisturbed(own, run);
    }
  }

  private static void stopWorkerOfThisThread(TestNode where) {
    String name = Thread.currentThread().getName().replace("compute-", "");
    where.node.workers().stream()
        .filter(worker -> worker.path().name().equals(name))
        .forEach(w -> Adapter.toClassic(where.node.system()).stop(Adapter.toClassic(w)));
  }

  @Test
  void workerActorThatThrowsInMidStepIsRestartedAndServesOn() {
    FollowedRun run = node.follow("throwing-worker");
    AtomicBoolean isDone = new AtomicBoolean();
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          boolean isNow = message instanceof LayerCommand.Fetch fetch && fetch.version() == 8;
          if (isNow && isDone.compareAndSet(false, true)) {
            throw new IllegalStateException("a test lets this worker die");
          }
          send.run();
        });
    run.client().submit(config);
    run.awaitFinished();

    assertThat(isDone).isTrue();
    assertThat(run.attempts()).hasSize(1);
    expectUndisturbed(node, run);
  }

  @Test
  void sweepThatDiesOfAnErrorIsDoneAgain() {
    AtomicBoolean isDone = new AtomicBoolean();
    node.sweeps.of(
        SEED_OF_SWEEP_FAULTS,
        (work, sweeping) -> {
          if (work.key().step() == 9 && isDone.compareAndSet(false, true)) {
            throw new AssertionError("a test lets this sweep die");
          }
          return sweeping.run(UnaryOperator.identity());
        });
    FollowedRun run = node.follow("dying-sweep");
    run.client().submit(config);
    run.awaitFinished();
    node.sweeps.mend(SEED_OF_SWEEP_FAULTS);

    assertThat(isDone).isTrue();
    assertThat(run.attempts()).hasSize(1);
    expectUndisturbed(node, run);
  }

  @Test
  void sweepsThatTakeLongerThanTheDeadlineChangeNoByte() {
    CountDownLatch never = new CountDownLatch(1);
    node.sweeps.of(
        SEED_OF_SWEEP_FAULTS,
        (work, sweeping) -> {
          if (work.key().step() == 3) {
            waitInVain(never);
          }
          return sweeping.run(UnaryOperator.identity());
        });
    FollowedRun run = node.follow("slow-sweeps");
    run.client().submit(config);
    run.awaitFinished();
    node.sweeps.mend(SEED_OF_SWEEP_FAULTS);

    assertThat(run.attempts()).hasSize(1);
    expectUndisturbed(node, run);
  }

  /** Three deadlines. */
  private static void waitInVain(CountDownLatch never) {
    try {
      assertThat(never.await(1200, TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void layerThatIsStoppedBeginsAnotherAttemptWithTheSameOutcome() {
    FollowedRun run = node.follow("stopped-layer");
    node.faults.of(run.id(), at(9, () -> stopLayer(node, run.id())));
    run.client().submit(config);
    run.awaitFinished();

    assertThat(run.attempts()).extracting(RunEvent.AttemptBegan::version).containsExactly(0L, 7L);
    assertThat(run.attempts().get(1).reason()).contains(A_LAYER);
    expectUndisturbed(node, run);
  }

  @Test
  void layerThatIsStoppedBeforeTheFirstCheckpointBeginsAnew() {
    FollowedRun run = node.follow("stopped-early");
    node.faults.of(run.id(), at(3, () -> stopLayer(node, run.id())));
    run.client().submit(config);
    run.awaitFinished();

    assertThat(run.attempts()).extracting(RunEvent.AttemptBegan::version).containsExactly(0L, 0L);
    expectUndisturbed(node, run);
  }

  @Test
  void threeAttemptsWithoutACheckpointPauseTheRunAndItCanGoOnLater() {
    FollowedRun run = node.follow("lost-thrice");
    Set<Long> attempts = ConcurrentHashMap.newKeySet();
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          boolean isNow =
              message instanceof LayerCommand.Apply apply
                  && apply.decision().step() == 9
                  && attempts.add(apply.attempt());
          if (isNow) {
            stopLayer(node, run.id());
          }
          send.run();
        });
    run.client().submit(config);
    RunEvent.RunPaused paused = run.awaitPaused();

    assertThat(paused.reason()).contains("3 attempts").contains("max-attempts").contains(A_LAYER);
    assertThat(paused.version()).isEqualTo(7);
    node.faults.of(run.id(), (message, layer, send) -> send.run());
    run.client().resume();
    run.awaitFinished();
    expectUndisturbed(node, run);
  }

  @Test
  void layerThatNeverAnswersEndsTheAttemptsAndTheRunPausesWithTheReason() {
    FollowedRun run = node.follow("silent-layer");
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          if (!layer.equals(A_LAYER)) {
            send.run();
          }
        });
    run.client().submit(TinyRun.config(folder, "failure.step-deadline=100ms"));
    RunEvent.RunPaused paused = run.awaitPaused();

    assertThat(paused.reason()).contains("layer " + A_LAYER + " did not answer");
    assertThat(run.attempts()).hasSize(3);
  }

  @Test
  void nodeThatIsClosedAgainAndAgainGoesOnByItselfFromTheCountedCheckpoint() {
    Path store = folder.resolve("closed-node");
    closeAt(store, own -> own.follow("run").client().submit(config), 3);
    closeAt(store, own -> {}, 9);
    closeAt(store, own -> {}, 17);
    try (TestNode own = TestNode.start(store, 2)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      expectUndisturbed(own, run);
    }
  }

  private static void closeAt(Path store, java.util.function.Consumer<TestNode> begin, long step) {
    try (TestNode own = TestNode.start(store, 2)) {
      begin.accept(own);
      own.follow("run").awaitStep(step);
    }
  }
}
