package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.worker.SweepSession;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
  private static final Duration SLOW = Duration.ofMillis(60);

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

  /** Sweeps that take a while, so that what is late is late by some sweeps of the others. */
  private SweepSession.Trained hangSlowly(
      SweepSession.Work work, FaultySweeps.Sweeping sweeping, AtomicLong last, AtomicLong then) {
    LockSupport.parkNanos(SLOW.toNanos());
    long step = work.key().step();
    if (step == HANGS_AT && work.key().microBatch() == 1 && sweeps.get() == 1) {
      then.set(last.get());
    }
    last.accumulateAndGet(step, Math::max);
    return hang(work, sweeping);
  }

  /** The window goes to the step that selects, and nothing fills it while the first step waits. */
  @Test
  void inAsynchronousModeWhatTheFirstStepWaitsForGoesBeforeWhatComesLater() {
    AtomicLong last = new AtomicLong();
    AtomicLong then = new AtomicLong();
    node.sweeps.of(SEED, (work, sweeping) -> hangSlowly(work, sweeping, last, then));
    FollowedRun run = node.follow("hanging-urgent");
    run.client().submit(config("mode=async", "staleness=4", "training.evaluate-every=1000"));
    run.awaitFinished();

    assertThat(then.get()).isBetween(HANGS_AT, (long) TinyRun.SELECTED_AT - 1);
    assertThat(run.countedSteps()).hasSize(TinyRun.STEPS);
  }
}
