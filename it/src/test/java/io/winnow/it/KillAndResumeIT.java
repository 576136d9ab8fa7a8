package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SIGKILL of whole processes. Checkpoints are so frequent here (every third step, each takes longer
 * than a step) that most kills fall into one.
 */
class KillAndResumeIT {
  @TempDir static Path folder;

  private static final String[] PLUS = {
    "selection=null",
    "method.name=\"weightlora+\"",
    "method.keep=null",
    "expansion={every=20,times=2}"
  };

  private static Path undisturbed;

  @BeforeAll
  static void runUndisturbed() throws IOException, InterruptedException {
    undisturbed = QuickstartRuns.undisturbed(folder, "workers.count=1");
    QuickstartRuns.assertEachStepOnce(undisturbed);
  }

  @Test
  void killedAtRandomStepsAndResumedWithOtherWorkersItHasTheSameBytes() throws Exception {
    assertSameWhenKilled(folder.resolve("killed"), undisturbed);
  }

  @Test
  void growingHeadsSurviveKillsWithTheSameBytes() throws Exception {
    assertMethodSurvives("plus", PLUS);
  }

  @ParameterizedTest
  @MethodSource("methods")
  @Tag("soak")
  void everyMethodSurvivesKillsWithTheSameBytes(String name, List<String> settings)
      throws Exception {
    assertMethodSurvives(name, settings.toArray(String[]::new));
  }

  static Stream<Arguments> methods() {
    return Stream.of(
        Arguments.of("lora", List.of("selection=null", "method.name=lora")),
        Arguments.of("rslora", List.of("selection=null", "method.name=rslora")),
        Arguments.of("rand", List.of("selection=null", "method.name=rand")),
        Arguments.of("adalora", List.of("selection=null", "method.name=adalora")),
        Arguments.of("signed", List.of("selection.rule=signed", "selection.every=5")),
        Arguments.of("contribution", List.of("selection.rule=contribution")),
        Arguments.of("restart", List.of("selection.after-selection=restart")),
        Arguments.of("rounds", List.of("selection.rounds=[{at=10,keep=12}]")));
  }

  private static void assertMethodSurvives(String name, String... settings) throws Exception {
    Path whole = folder.resolve(name + "-undisturbed");
    WinnowProcess.Ended ended = WinnowProcess.run(folder, QuickstartRuns.train(whole, settings));
    assertThat(ended.code()).as(ended.printed()).isZero();
    assertSameWhenKilled(folder.resolve(name + "-killed"), whole, settings);
  }

  private static void assertSameWhenKilled(Path run, Path undisturbed, String... settings)
      throws Exception {
    long seed = System.nanoTime();
    System.out.println("KillAndResumeIT: " + run.getFileName() + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    String[] more =
        Stream.concat(Stream.of("workers.count=3"), Stream.of(settings)).toArray(String[]::new);
    WinnowProcess process = WinnowProcess.start(folder, QuickstartRuns.train(run, more));
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
