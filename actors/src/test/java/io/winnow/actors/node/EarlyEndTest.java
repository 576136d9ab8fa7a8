package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that end by themselves, and runs whose steps are of similar length. */
class EarlyEndTest {
  private static final long SEED = 0;

  /**
   * Nothing improves accuracy by 2, so that each evaluation that counts but the first is in vain.
   */
  private static final String[] IN_VAIN = {
    "training.evaluate-every=3",
    "training.early-stopping.patience=2",
    "training.early-stopping.min-delta=2"
  };

  /** Evaluations at 3, 6, 9 are ahead of the selection; that at 12 is the first that counts. */
  private static final long END = 18;

  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 2);
  }

  @AfterEach
  void mend() {
    node.sweeps.mend(SEED);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<Long> evaluations(FollowedRun run) {
    return run.countedRows().stream()
        .filter(row -> row.kind() == MetricsRow.Kind.EVALUATION)
        .map(MetricsRow::step)
        .toList();
  }

  @Test
  void runEndsWhenItsPatienceIsSpentAndSaysWhy() {
    FollowedRun run = node.follow("in-vain");
    run.client().submit(TinyRun.config(folder, IN_VAIN));
    RunEvent.RunFinished finished = run.awaitFinished();

    assertThat(finished.summary().steps()).isEqualTo(END);
    assertThat(finished.summary().stoppedEarly())
        .isEqualTo("2 evaluations in a row did not improve accuracy by more than 2.0");
    assertThat(node.adapters(run.id())).containsEntry("version", Long.toString(END));
    assertThat(evaluations(run)).containsExactly(3L, 6L, 9L, 12L, 15L, 18L);
    assertThat(run.seen(RunEvent.HeadsPruned.class)).hasSize(1);
  }

  @Test
  void runThatUsesUpItsStepsDidNotStopEarly() {
    FollowedRun run = node.follow("patient");
    run.client().submit(TinyRun.config(folder, "training.early-stopping.patience=9"));
    RunEvent.RunFinished finished = run.awaitFinished();

    assertThat(finished.summary().steps()).isEqualTo(TinyRun.STEPS);
    assertThat(finished.summary().stoppedEarly()).isEmpty();
  }

  @Test
  void interruptedWhileItWaitsItEndsAtTheSameStepWithTheSameBytes() {
    String config = TinyRun.config(folder, IN_VAIN);
    Map<String, String> undisturbed = node.finish("undisturbed", config);
    List<MetricsRow> rows = node.follow("undisturbed").countedRows();
    Path store = folder.resolve("closed");
    closeAfter(store, own -> own.follow("run").client().submit(config), 16);
    closeAfter(store, own -> {}, 17);
    try (TestNode own = TestNode.start(store, 1)) {
      FollowedRun run = own.follow("run");
      assertThat(run.awaitFinished().summary().steps()).isEqualTo(END);
      assertThat(own.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }

  private static void closeAfter(
      Path store, java.util.function.Consumer<TestNode> begin, long step) {
    try (TestNode own = TestNode.start(store, 2)) {
      begin.accept(own);
      own.follow("run").awaitStep(step);
    }
  }

  /** The evaluation that would end the run is under way: it is done again, and ends it again. */
  @Test
  void pausedInItsLastEvaluationItEndsAfterwardsAtTheSameStep() {
    String config = TinyRun.config(folder, IN_VAIN);
    CountDownLatch held = node.sweeps.holdEvaluations(SEED, 15); // 3 sweeps each; in the last one
    FollowedRun run = node.follow("paused-evaluation");
    run.client().submit(config);
    run.awaitStep(END);
    var paused = run.client().pause("a person said so");
    held.countDown();
    paused.toCompletableFuture().join();
    run.awaitPaused();
    node.sweeps.mend(SEED);
    run.client().resume();

    assertThat(run.awaitFinished().summary().steps()).isEqualTo(END);
    assertThat(evaluations(run)).containsExactly(3L, 6L, 9L, 12L, 15L, 18L);
  }

  @Test
  void groupedByLengthItIsTheSameWhateverHappens() {
    String config = TinyRun.config(folder, "training.group-by-length=true");
    Map<String, String> undisturbed = node.finish("grouped", config);
    List<MetricsRow> rows = node.follow("grouped").countedRows();
    Map<String, String> mixed = node.finish("mixed", TinyRun.config(folder));
    Path store = folder.resolve("grouped-closed");
    closeAfter(store, own -> own.follow("run").client().submit(config), 10);
    try (TestNode own = TestNode.start(store, 3)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      assertThat(own.adapters(run.id())).isEqualTo(undisturbed).isNotEqualTo(mixed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }
}
