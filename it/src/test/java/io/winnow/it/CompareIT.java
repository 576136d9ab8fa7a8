package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison that is killed again and again ends with the table of an undisturbed one. */
class CompareIT {
  private static final int STEPS = 30;
  private static final List<String> RUNS =
      List.of("lora-seed0", "lora-seed1", "weightlora-k4-seed0", "weightlora-k4-seed1");
  private static final Set<String> VARYING = Set.of("seconds", "compute_seconds", "sent_bytes");

  @TempDir Path folder;

  private static String[] compare(Path out) {
    return new String[] {
      "compare",
      QuickstartRuns.CONF.toString(),
      "--methods",
      "lora,weightlora",
      "--keep",
      "4",
      "--seeds",
      "2",
      "--out",
      out.toString(),
      "--set",
      "training.epochs=" + STEPS / 125.0,
      "--set",
      "training.evaluate-every=at-end",
      "--set",
      "selection.at=12",
      "--set",
      "checkpoint.every=4",
      "--set",
      "workers.count=2"
    };
  }

  @Test
  void killedAndBegunAgainItHasTheSameTableAndAdapters() throws Exception {
    Path undisturbed = folder.resolve("undisturbed");
    WinnowProcess.Ended whole = WinnowProcess.run(folder, compare(undisturbed));
    assertThat(whole.code()).as(whole.printed()).isZero();

    long seed = System.nanoTime();
    System.out.println("CompareIT: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path killed = folder.resolve("killed");
    WinnowProcess process = WinnowProcess.start(folder, compare(killed));
    int kills = 0;
    for (int least : new int[] {5, 40, 80}) {
      long target = least + random.nextInt(25);
      if (process.runsUntil(() -> rows(killed) >= target)) {
        process.kill();
        kills++;
        process =
            kills == 1
                ? WinnowProcess.start(folder, "compare", killed.toString())
                : WinnowProcess.start(folder, compare(killed));
      }
    }
    try (WinnowProcess last = process) {
      assertThat(last.await()).as(last.printed()).isZero();
      assertThat(last.printed()).contains("4 of 4 runs finished");
    }

    assertThat(kills).isGreaterThanOrEqualTo(2);
    for (String table : List.of("table.csv", "runs.csv")) {
      assertThat(csv(killed.resolve(table))).isEqualTo(csv(undisturbed.resolve(table)));
    }
    for (String run : RUNS) {
      QuickstartRuns.assertSameAdapter(killed.resolve(run), undisturbed.resolve(run));
    }
  }

  @Test
  void stoppedBySigtermAllRunsHaveCheckpointsAndItSaysHowToGoOn() throws Exception {
    Path stopped = folder.resolve("stopped");
    try (WinnowProcess process = WinnowProcess.start(folder, compare(stopped))) {
      assertThat(process.runsUntil(() -> rows(stopped) >= 10)).isTrue();
      process.terminate();
      assertThat(process.await()).as(process.printed()).isEqualTo(143);
      assertThat(process.printed())
          .contains("with a checkpoint", "Go on with: winnow compare " + stopped);
    }
    WinnowProcess.Ended resumed = WinnowProcess.run(folder, "compare", stopped.toString());
    assertThat(resumed.code()).as(resumed.printed()).isZero();
    assertThat(resumed.printed()).contains("going on after step", "4 of 4 runs finished");
  }

  /** Steps that the runs have done together. */
  private static long rows(Path comparison) {
    return RUNS.stream().mapToLong(run -> QuickstartRuns.rows(comparison.resolve(run))).sum();
  }

  private static List<List<String>> csv(Path file) throws IOException {
    List<List<String>> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(Arrays.asList(line.split(",", -1)));
    }
    List<String> titles = lines.get(0);
    return lines.stream()
        .map(
            line ->
                IntStream.range(0, line.size())
                    .filter(i -> !VARYING.contains(titles.get(i)))
                    .mapToObj(line::get)
                    .toList())
        .toList();
  }
}
