package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.actors.client.StoredRun;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run stands still when asked, or when it must; and goes on as if nothing had been. */
class PauseTest {
  private static final long SEED = 5;
  private static final int MAX_BAD_STEPS = 3;
  private static final int SWEEPS_PER_EVALUATION = 3;

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static List<LayerPlan> plans;
  private static Map<String, String> undisturbed;
  private static List<MetricsRow> rows;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 2);
    config = TinyRun.config(folder, "seed=" + SEED, "failure.max-bad-steps=" + MAX_BAD_STEPS);
    plans = TestNode.planner().plan(config).layers();
    undisturbed = node.finish("undisturbed", config);
    rows = node.follow("undisturbed").countedRows();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void mend() {
    node.sweeps.mend(SEED);
    node.full.when(key -> false);
  }

  private static void expectUndisturbed(FollowedRun run) {
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
    assertThat(run.countedRows()).isEqualTo(rows);
    assertThat(run.countedSteps())
        .isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
  }

  @Test
  void runThatWasPausedAndResumedGivesTheSameBytes() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 16);
    FollowedRun run = node.follow("paused");
    run.client().submit(config);
    run.awaitStep(9);
    RunView paused = run.client().pause("a person said so").toCompletableFuture().join();
    held.countDown();

    assertThat(paused.status()).isEqualTo(RunStatus.PAUSED);
    assertThat(paused.reason()).isEqualTo("a person said so");
    assertThat(paused.counted().version()).isGreaterThanOrEqualTo(9);
    run.awaitPaused();
    run.client().resume();
    run.awaitFinished();
    expectUndisturbed(run);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, TinyRun.STEPS})
  void evaluationThatAPauseCutShortIsDoneAfterwards(long step) throws Exception {
    int sweepsBefore = step == TinyRun.STEPS ? 2 * SWEEPS_PER_EVALUATION : 0;
    CountDownLatch held = node.sweeps.holdEvaluations(SEED, sweepsBefore);
    FollowedRun run = node.follow("paused-evaluation-" + step);
    run.client().submit(config);
    run.awaitStep(step);
    CompletionStage<RunView> pausing = run.client().pause("a person said so");
    RunView paused = pausing.toCompletableFuture().get(20, TimeUnit.SECONDS);
    held.countDown();

    assertThat(paused.counted().version()).isEqualTo(step);
    run.awaitPaused();
    run.client().resume();
    run.awaitFinished();
    expectUndisturbed(run);
    assertThat(run.client().view().best().version()).isEqualTo(bestOf(rows));
  }

  /** Step of the first evaluation of the best accuracy. */
  private static long bestOf(List<MetricsRow> rows) {
    MetricsRow best = null;
    for (MetricsRow row : rows) {
      boolean isEvaluation = row.kind() == MetricsRow.Kind.EVALUATION;
      if (isEvaluation && (best == null || accuracy(row) > accuracy(best))) {
        best = row;
      }
    }
    return best.step();
  }

  private static double accuracy(MetricsRow row) {
    return row.metrics().get("accuracy");
  }

  // ------------------------------------------------------------------ not finite

  @Test
  void losesThatAreNotFiniteAreSkippedAndThenPauseTheRunWithItsStateIntact() {
    node.sweeps.of(SEED, (work, s) -> nanFrom(8, work, s.run(UnaryOperator.identity())));
    FollowedRun run = node.follow("nan-loss");
    run.client().submit(config);
    RunEvent.RunPaused paused = run.awaitPaused();

    assertThat(paused.reason()).contains("3 steps in a row").contains("step 10");
    assertThat(paused.version()).isEqualTo(10);
    List<MetricsRow> counted = run.countedRows();
    assertThat(counted)
        .filteredOn(MetricsRow::skipped)
        .extracting(MetricsRow::step)
        .containsExactly(8L, 9L, 10L);
    assertThat(counted.get(counted.size() - 1).loss()).isNaN();
    expectSameValues(run, new CheckpointId(1, 7), new CheckpointId(1, 10));

    node.sweeps.mend(SEED);
    run.client().resume();
    RunEvent.RunFinished finished = run.awaitFinished();
    assertThat(finished.summary().skippedSteps()).isEqualTo(3);
    expectFinite(StoredRun.read(node.node, run.client().view()).layers());
  }

  private static SweepSession.Trained nanFrom(
      long step, SweepSession.Work work, SweepSession.Trained real) {
    boolean isBad = work.key().step() >= step && work.key().microBatch() == 1;
    return isBad ? new SweepSession.Trained(Double.NaN, real.cost(), false) : real;
  }

  @Test
  void gradientThatIsNotFiniteSkipsItsStepOnly() {
    AtomicBoolean isDone = new AtomicBoolean();
    node.sweeps.of(
        SEED,
        (work, s) ->
            work.key().step() == 8 && isDone.compareAndSet(false, true)
                ? s.run(PauseTest::infinite)
                : s.run(UnaryOperator.identity()));
    FollowedRun run = node.follow("infinite-gradient");
    run.client().submit(config);
    RunEvent.RunFinished finished = run.awaitFinished();

    assertThat(finished.summary().skippedSteps()).isEqualTo(1);
    assertThat(run.countedRows())
        .filteredOn(MetricsRow::skipped)
        .extracting(MetricsRow::step)
        .containsExactly(8L);
    expectFinite(StoredRun.read(node.node, run.client().view()).layers());
  }

  private static LayerGradient infinite(LayerGradient real) {
    List<AdapterGradient> heads =
        real.adapters().stream()
            .map(
                g -> {
                  float[] bad = new float[g.dB().length];
                  Arrays.fill(bad, Float.POSITIVE_INFINITY);
                  return new AdapterGradient(g.id(), g.dA(), bad, g.dOmega());
                })
            .toList();
    return new LayerGradient(real.layer(), heads, real.tensors());
  }

  private static void expectSameValues(FollowedRun run, CheckpointId before, CheckpointId after) {
    for (LayerPlan plan : plans) {
      LayerState old = stored(run, plan, before);
      LayerState now = stored(run, plan, after);
      assertThat(now.heads())
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactlyElementsOf(old.heads());
      assertThat(now.tensors())
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactlyElementsOf(old.tensors());
    }
  }

  private static LayerState stored(FollowedRun run, LayerPlan plan, CheckpointId id) {
    byte[] blob = node.blob(run.id(), plan.spec().id().name(), id);
    return LayerSnapshot.read(plan, id.version(), blob);
  }

  private static void expectFinite(List<LayerState> layers) {
    for (LayerState layer : layers) {
      for (HeadState head : layer.heads()) {
        assertThat(head.published().a()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
        assertThat(head.published().b()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
        assertThat(head.omega().value()).isFinite();
      }
      layer.tensors().forEach(t -> assertThat(t.values()).doesNotContain(Float.NaN));
    }
  }

  // ------------------------------------------------------------------ the disk is full

  @Test
  void fullDiskPausesTheRunLeavesTheLastCheckpointWholeAndIsMendedByResuming() {
    FollowedRun run = node.follow("full-disk");
    node.full.when(
        key ->
            key.run().equals(run.id())
                && key.checkpoint().version() == 17
                && key.layer().endsWith("head"));
    run.client().submit(config);
    RunEvent.RunPaused paused = run.awaitPaused();

    assertThat(paused.reason()).contains("No space left on device").contains("step 17");
    assertThat(paused.version()).isEqualTo(10);
    assertThat(StoredRun.read(node.node, run.client().view()).layers()).hasSize(5);
    node.full.when(key -> false);
    run.client().resume();
    run.awaitFinished();
    expectUndisturbed(run);
  }

  // ------------------------------------------------------------------ the store is away

  @Test
  void storeThatIsAwayInTheMiddleOfACheckpointIsWaitedFor() {
    FollowedRun run = node.follow("away");
    AtomicInteger refused = new AtomicInteger();
    node.full.awayWhen(
        key ->
            key.run().equals(run.id())
                && key.checkpoint().version() == 17
                && key.layer().endsWith("head")
                && refused.incrementAndGet() <= 3);
    run.client().submit(config);
    run.awaitFinished();
    node.full.awayWhen(key -> false);

    assertThat(refused.get()).isEqualTo(4);
    assertThat(run.client().view().attempt()).isEqualTo(1);
    assertThat(run.seen(RunEvent.WorkerNote.class).stream().map(RunEvent.WorkerNote::note))
        .anyMatch(note -> note.contains("does not answer (Connection refused)"))
        .anyMatch(note -> note.contains("answers again"));
    expectUndisturbed(run);
  }

  @Test
  void storeThatIsAwayWhenLayersAreRestoredIsWaitedFor() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 16);
    FollowedRun run = node.follow("away-at-restore");
    AtomicInteger refused = new AtomicInteger();
    run.client().submit(config);
    run.awaitStep(9);
    run.client().pause("a person said so").toCompletableFuture().join();
    held.countDown();
    run.awaitPaused();
    node.full.awayWhen(key -> key.run().equals(run.id()) && refused.incrementAndGet() <= 7);
    run.client().resume();
    run.awaitFinished();
    node.full.awayWhen(key -> false);

    assertThat(refused.get()).isGreaterThan(7);
    expectUndisturbed(run);
  }

  // ------------------------------------------------------------------ commands

  @Test
  void commandToARunThatIsFinishedIsRefused() {
    FollowedRun run = node.follow("undisturbed");
    assertThatThrownBy(() -> run.client().set("optimizer.lr", "1e-4"))
        .hasMessageContaining("is finished")
        .hasMessageNotContaining("resume");
    assertThatThrownBy(() -> run.client().set("seed", "1"))
        .hasMessageContaining("cannot change while a run goes on");
  }
}
