package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL of whole processes. Checkpoints are so frequent here (every third step, each takes longer
 * than a step) that most kills fall into one.
 */
class KillAndResumeIT {
  @TempDir static Path folder;

  private static Path undisturbed;

  @BeforeAll
  static void runUndisturbed() throws IOException, InterruptedException {
    undisturbed = folder.resolve("undisturbed");
    try (WinnowProcess run =
        WinnowProcess.start(folder, QuickstartRuns.train(undisturbed, "workers.count=1"))) {
      assertThat(run.await()).as(run.printed()).isZero();
    }
    QuickstartRuns.assertEachStepOnce(undisturbed);
  }

  @Test
  void killedAtRandomStepsAndResumedWithOtherWorkersItHasTheSameBytes() throws Exception {
    long seed = System.nanoTime();
    System.out.println("KillAndResumeIT: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path run = folder.resolve("killed");
    WinnowProcess process =
        WinnowProcess.start(folder, QuickstartRuns.train(run, "workers.count=3"));
    int kills = 0;
    for (int least = 1; least < QuickstartRuns.STEPS - 10; least += 17) {
      int target = least + random.nextInt(12);
      if (process.runsUntil(() -> QuickstartRuns.rows(run) >= target)) {
        process.kill();
        kills++;
        process = WinnowProcess.start(folder, "resume", run.toString());
      }
    }
    try (WinnowProcess last = process) {
      assertThat(last.await()).as(last.printed()).isZero();
    }
    assertThat(kills).isGreaterThanOrEqualTo(2);
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
    assertThat(QuickstartRuns.results(run)).isEqualTo(QuickstartRuns.results(undisturbed));
  }

  @Test
  void killedBeforeTheFirstCheckpointItBeginsAnew() throws Exception {
    Path run = folder.resolve("early");
    try (WinnowProcess process = WinnowProcess.start(folder, QuickstartRuns.train(run))) {
      assertThat(process.runsUntil(() -> run.resolve("run.conf").toFile().exists())).isTrue();
      process.kill();
    }
    try (WinnowProcess resumed = WinnowProcess.start(folder, "resume", run.toString())) {
      assertThat(resumed.await()).as(resumed.printed()).isZero();
    }
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
  }

  @Test
  void stoppedBySigtermItHasACheckpointOfItsLastStepAndResumesToTheSameBytes() throws Exception {
    Path run = folder.resolve("stopped");
    try (WinnowProcess process =
        WinnowProcess.start(folder, QuickstartRuns.train(run, "checkpoint.every=1000"))) {
      assertThat(process.runsUntil(() -> QuickstartRuns.rows(run) >= 10)).isTrue();
      process.terminate();
      assertThat(process.await()).as(process.printed()).isEqualTo(143);
      long steps = QuickstartRuns.rows(run);
      assertThat(process.printed()).contains("Stopped at step " + steps + ", checkpoint " + steps);
    }
    try (WinnowProcess resumed = WinnowProcess.start(folder, "resume", run.toString())) {
      assertThat(resumed.await()).as(resumed.printed()).isZero();
      assertThat(resumed.printed()).contains("going on after step");
    }
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
  }
}
