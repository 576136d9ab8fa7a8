package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The asynchronous mode on a node of three workers, with and without faults. */
class AsyncTest {
  private static final int STALENESS = 2;

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 3);
    config = TinyRun.config(folder, "mode=async", "staleness=" + STALENESS);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static FollowedRun run(String name, FaultyPost.Fault fault) {
    FollowedRun run = node.follow(name);
    node.faults.of(run.id(), fault);
    run.client().submit(config);
    run.awaitFinished();
    return run;
  }

  private static void expectEveryStepOnce(FollowedRun run) {
    assertThat(run.countedSteps())
        .isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
    assertThat(run.attempts()).hasSize(1);
    assertThat(node.adapters(run.id())).containsEntry("version", Integer.toString(TinyRun.STEPS));
    for (MetricsRow row : run.countedRows()) {
      if (row.kind() == MetricsRow.Kind.STEP) {
        assertThat(row.staleness().max()).isBetween(0L, (long) STALENESS);
        assertThat(row.staleness().mean()).isBetween(0.0, (double) STALENESS);
        assertThat(row.tokens()).isPositive();
      }
    }
  }

  @Test
  void stepsAreOpenedAheadButNeverBeyondTheStalenessAndNeverAcrossWhatIsDue() {
    AtomicLong ahead = new AtomicLong();
    AtomicLong acrossSelection = new AtomicLong();
    Map<String, Long> versions = new ConcurrentHashMap<>();
    FollowedRun run =
        run(
            "ahead",
            (message, layer, send) -> {
              if (message instanceof LayerReply.Applied applied) {
                versions.merge(applied.layer(), applied.step(), Math::max);
              } else if (message instanceof LayerCommand.Gradient gradient) {
                long applied = versions.getOrDefault(layer, 0L);
                ahead.accumulateAndGet(gradient.step() - 1 - applied, Math::max);
                boolean isAcross =
                    gradient.step() > TinyRun.SELECTED_AT && applied < TinyRun.SELECTED_AT;
                acrossSelection.addAndGet(isAcross ? 1 : 0);
              }
              send.run();
            });

    expectEveryStepOnce(run);
    assertThat(ahead.get()).isBetween(1L, (long) STALENESS);
    assertThat(acrossSelection).hasValue(0);
  }

  /** So many small sweeps that the last ones of a step compute on the version before it. */
  @Test
  void sweepsAfterTheSelectionComputeOnWhatItLeft() {
    FollowedRun run = node.follow("small-sweeps");
    run.client()
        .submit(
            TinyRun.config(
                folder, "mode=async", "staleness=" + STALENESS, "training.micro-batch=1"));
    run.awaitFinished();

    expectEveryStepOnce(run);
    for (MetricsRow row : run.countedRows()) {
      long since = row.step() - 1 - TinyRun.SELECTED_AT;
      if (row.kind() == MetricsRow.Kind.STEP && since >= 0) {
        assertThat(row.staleness().max()).as("step " + row.step()).isLessThanOrEqualTo(since);
      }
    }
  }

  @Test
  void lostMessagesOfEveryKindLeaveEachMicroBatchAppliedOnce() {
    Losing losing =
        new Losing(
            Set.of(
                LayerCommand.Gradient.class,
                LayerCommand.Apply.class,
                LayerCommand.Fetch.class,
                LayerReply.LayerReady.class,
                LayerReply.Applied.class),
            List.of(5, 23, 111, 222));

    FollowedRun run = run("lost", losing);

    assertThat(losing.lost()).isPositive();
    expectEveryStepOnce(run);
    assertThat(tokens(run)).isEqualTo(tokens(run("undisturbed", (m, l, send) -> send.run())));
  }

  /** What was trained on, step by step: the same examples whatever happens to messages. */
  private static List<Long> tokens(FollowedRun run) {
    return run.countedRows().stream().map(MetricsRow::tokens).toList();
  }

  @Test
  void everyMessageDoubledLeavesEachMicroBatchAppliedOnce() {
    Map<String, Long> applied = new ConcurrentHashMap<>();
    FollowedRun run =
        run(
            "doubled",
            (message, layer, send) -> {
              if (message instanceof LayerReply.Applied done) {
                applied.merge(done.layer(), done.step(), Math::max);
              }
              send.run();
              send.run();
            });

    expectEveryStepOnce(run);
    assertThat(applied.values()).contains((long) TinyRun.STEPS);
  }
}
