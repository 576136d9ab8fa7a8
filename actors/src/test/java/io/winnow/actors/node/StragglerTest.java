package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.worker.SweepSession;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that hangs in a sweep, long before any deadline passes: others do its work, too. */
class StragglerTest {
  private static final long SEED = 31;
  private static final long HANGS_AT = 9;

  @TempDir static Path folder;
  private static TestNode node;

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final AtomicInteger sweeps = new AtomicInteger();

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 3);
  }

  @AfterEach
  void letGo() {
    letGo.countDown();
    node.sweeps.mend(SEED);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String config(String... more) {
    String[] all = java.util.Arrays.copyOf(more, more.length + 2);
    all[more.length] = "seed=" + SEED;
    all[more.length + 1] = "failure.step-deadline=90s";
    return TinyRun.config(folder, all);
  }

  /** The first sweep of one micro-batch hangs until the test ends; its result is late by far. */
  private SweepSession.Trained hang(SweepSession.Work work, FaultySweeps.Sweeping sweeping) {
    boolean isIt = work.key().step() == HANGS_AT && work.key().microBatch() == 1;
    if (isIt && sweeps.incrementAndGet() == 1) {
      awaitEnd();
    }
    return sweeping.run(UnaryOperator.identity());
  }

  private void awaitEnd() {
    try {
      assertThat(letGo.await(2, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void inSynchronousModeTheBytesAreTheSameWhoeverIsFirst() {
    Map<String, String> undisturbed = node.finish("undisturbed", config());
    List<MetricsRow> rows = node.follow("undisturbed").countedRows();
    node.sweeps.of(SEED, this::hang);
    FollowedRun run = node.follow("hanging");
    run.client().submit(config());
    run.awaitFinished();

    assertThat(sweeps).hasValue(2);
    assertThat(run.attempts()).hasSize(1);
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
    assertThat(run.countedRows()).isEqualTo(rows);
  }

  @Test
  void inAsynchronousModeTheWindowMovesOn() {
    node.sweeps.of(SEED, this::hang);
    FollowedRun run = node.follow("hanging-async");
    run.client().submit(config("mode=async", "staleness=1"));
    run.awaitFinished();

    assertThat(sweeps).hasValue(2);
    assertThat(run.attempts()).hasSize(1);
    assertThat(run.countedSteps()).hasSize(TinyRun.STEPS);
  }
}
