package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.LayerPlan;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs with several open steps that are interrupted: no step is done twice, none is left out, and
 * each has the examples that it would have had.
 */
class AsyncRecoveryTest {
  private static final int STALENESS = 3;
  private static final long SEED = 41;
  private static final String A_LAYER = "deberta.encoder.layer.1";

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static List<LayerPlan> plans;
  private static List<Long> tokens;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    config = TinyRun.config(folder, "mode=async", "staleness=" + STALENESS, "seed=" + SEED);
    plans = TestNode.planner().plan(config).layers();
    node.finish("undisturbed", config);
    tokens = tokens(node.follow("undisturbed"));
  }

  @AfterEach
  void mend() {
    node.sweeps.mend(SEED);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<Long> tokens(FollowedRun run) {
    return steps(run).stream().map(MetricsRow::tokens).toList();
  }

  private static List<MetricsRow> steps(FollowedRun run) {
    return run.countedRows().stream().filter(row -> row.kind() == MetricsRow.Kind.STEP).toList();
  }

  private static void expectWhole(TestNode where, FollowedRun run) {
    assertThat(run.countedSteps())
        .isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
    assertThat(tokens(run)).isEqualTo(tokens);
    assertThat(steps(run))
        .allSatisfy(row -> assertThat(row.staleness().max()).isBetween(0L, (long) STALENESS));
    assertThat(steps(run))
        .filteredOn(row -> row.step() >= TinyRun.SELECTED_AT)
        .extracting(MetricsRow::kept)
        .containsOnly(3);
    assertThat(run.countedRows())
        .filteredOn(row -> row.kind() == MetricsRow.Kind.EVALUATION)
        .extracting(MetricsRow::step)
        .containsExactly(10L, 20L, (long) TinyRun.STEPS);
    assertThat(where.adapters(run.id())).containsEntry("version", Integer.toString(TinyRun.STEPS));
  }

  @Test
  void pausedRunIsCountedAtTheVersionOfAllLayersAndGoesOnFromThere() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 16);
    FollowedRun run = node.follow("paused");
    run.client().submit(config);
    run.awaitStep(9);
    RunView paused = run.client().pause("a person said so").toCompletableFuture().join();
    held.countDown();

    assertThat(paused.status()).isEqualTo(RunStatus.PAUSED);
    assertThat(paused.counted().version()).isBetween(9L, 15L);
    expectOneVersion(run, paused.counted());
    run.awaitPaused();
    run.client().resume();
    run.awaitFinished();
    expectWhole(node, run);
  }

  /** Blobs name their version, and are refused under another one. */
  private static void expectOneVersion(FollowedRun run, CheckpointId checkpoint) {
    for (LayerPlan plan : plans) {
      byte[] blob = node.blob(run.id(), plan.spec().id().name(), checkpoint);
      assertThat(LayerSnapshot.read(plan, checkpoint.version(), blob).version())
          .isEqualTo(checkpoint.version());
    }
  }

  @Test
  void layerThatIsLostTakesTheRunBackToACheckpointAndNoFurther() {
    FollowedRun run = node.follow("lost-layer");
    AtomicBoolean isDone = new AtomicBoolean();
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          boolean isNow =
              message instanceof LayerCommand.Apply apply
                  && apply.decision().step() == 9
                  && layer.equals(A_LAYER)
                  && isDone.compareAndSet(false, true);
          if (isNow) {
            ClusterSharding.get(node.node.system())
                .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), A_LAYER))
                .tell(LayerActor.Stop.NOW);
          }
          send.run();
        });
    run.client().submit(config);
    run.awaitFinished();

    assertThat(run.attempts()).extracting(RunEvent.AttemptBegan::version).containsExactly(0L, 7L);
    expectWhole(node, run);
  }

  @Test
  void nodeThatIsClosedGoesOnFromTheCountedCheckpoint() {
    Path store = folder.resolve("closed-node");
    for (long step : new long[] {3, 9, 17}) {
      try (TestNode own = TestNode.start(store, 2)) {
        if (step == 3) {
          own.follow("run").client().submit(config);
        }
        own.follow("run").awaitStep(step);
      }
    }
    try (TestNode own = TestNode.start(store, 3)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      expectWhole(own, run);
    }
  }

  @Test
  void changedSettingHoldsFromItsStepOnAndNoStepIsOpenMeanwhile() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 14);
    FollowedRun run = node.follow("changed");
    run.client().submit(config);
    run.awaitStep(3);
    run.client().set("optimizer.lr", "5e-4");
    held.countDown();
    run.awaitFinished();

    List<RunEvent.SettingChanged> changes = run.seen(RunEvent.SettingChanged.class);
    assertThat(changes).hasSize(1);
    long from = changes.get(0).step();
    List<MetricsRow> before = steps(node.follow("undisturbed"));
    List<MetricsRow> rows = steps(run);
    for (int i = 0; i < rows.size(); i++) {
      double share = rows.get(i).step() < from ? 1 : 5e-4 / learningRate();
      assertThat(rows.get(i).lr()).isCloseTo(before.get(i).lr() * share, withPercentage(0.001));
    }
    expectWhole(node, run);
  }

  private static double learningRate() {
    return TestNode.planner().plan(config).rules().optimizer().lr();
  }
}
