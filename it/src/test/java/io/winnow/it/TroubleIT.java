package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong around a run: two processes at once, a full disk. */
class TroubleIT {
  @TempDir static Path folder;

  /** Room for the first checkpoints, not for all. */
  private static final int STORE_KIB = 3000;

  @Test
  void aRunInUseIsRefusedWithTheProcessNamedAndIsNotDisturbed() throws Exception {
    Path run = folder.resolve("used");
    try (WinnowProcess first = WinnowProcess.start(folder, QuickstartRuns.train(run))) {
      assertThat(first.runsUntil(() -> QuickstartRuns.rows(run) >= 1)).isTrue();
      try (WinnowProcess second = WinnowProcess.start(folder, "resume", run.toString())) {
        assertThat(second.await()).isEqualTo(1);
        assertThat(second.printed()).contains("is in use by process");
      }
      assertThat(first.await()).as(first.printed()).isZero();
    }
    QuickstartRuns.assertEachStepOnce(run);
  }

  @Test
  void aFullDiskPausesTheRunWithTheReasonAndLosesNoCheckpoint() throws Exception {
    Path undisturbed = folder.resolve("roomy");
    String[] often = {"checkpoint.every=1"};
    try (WinnowProcess run =
        WinnowProcess.start(folder, QuickstartRuns.train(undisturbed, often))) {
      assertThat(run.await()).as(run.printed()).isZero();
    }
    Path run = folder.resolve("full");
    try (WinnowProcess limited =
        WinnowProcess.startWithFileLimit(folder, STORE_KIB, QuickstartRuns.train(run, often))) {
      assertThat(limited.await()).as(limited.printed()).isEqualTo(1);
      assertThat(limited.printed()).containsPattern("(?i)(store|disk|space|write)");
    }
    assertThat(QuickstartRuns.rows(run)).isGreaterThan(0);
    assertThat(Files.exists(run.resolve("results.json"))).isFalse();
    try (WinnowProcess resumed = WinnowProcess.start(folder, "resume", run.toString())) {
      assertThat(resumed.await()).as(resumed.printed()).isZero();
      assertThat(resumed.printed()).contains("going on after step");
    }
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
  }
}
