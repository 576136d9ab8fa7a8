package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One run after another on supervised nodes while seeded faults come at any of them: each run ends
 * with the bytes of an undisturbed one. {@code -Dwinnow.it.seed=N} draws the same faults again.
 */
@Tag("faults")
class SoakIT {
  private static final String ALL = "control,adapters,worker";
  private static final String TIMINGS = System.getProperty("winnow.it.timings", "default");
  private static final Duration SHORT = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final int LEAST_FAULTS_OF_LONG = 200;

  /** A run that meets so many faults may take long, above all where others use the machine. */
  private static final Duration LONGEST_RUN = Duration.ofMinutes(15);

  private static final int STEPS = 250;
  private static final int LOST = 3;

  @TempDir Path folder;

  private final long seed = Long.getLong("winnow.it.seed", System.nanoTime());

  @Test
  void nothingIsLostInTwoMinutesOfFaults() throws Exception {
    assertThat(soak(SHORT)).isPositive();
  }

  @Test
  @Tag("soak")
  void nothingIsLostInThirtyMinutesOfFaults() throws Exception {
    assertThat(soak(LONG)).isGreaterThanOrEqualTo(LEAST_FAULTS_OF_LONG);
  }

  /** Gives the number of faults. */
  private int soak(Duration time) throws Exception {
    System.out.println("SoakIT: -Dwinnow.it.seed=" + seed);
    Path undisturbed = QuickstartRuns.undisturbed(folder, settings("workers.count=1"));
    try (ChaosNetwork network = ChaosNetwork.create();
        TestCluster cluster =
            new TestCluster(
                folder.resolve("cluster"), "store.folder = store", "timings = " + TIMINGS)) {
      cluster.over(network).startAll(ALL, ALL, ALL);
      Disturber disturber = new Disturber(cluster, network, seed);
      Supervisor supervisor = new Supervisor(cluster, Duration.ofSeconds(1));
      int runs = 0;
      for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; runs++) {
        Path run = folder.resolve("run-" + runs);
        runUnderFaults(cluster, run, disturber, supervisor);
        QuickstartRuns.assertSameAdapter(run, undisturbed);
        QuickstartRuns.assertEachStepOnce(run, STEPS);
        assertThat(QuickstartRuns.results(run)).isEqualTo(QuickstartRuns.results(undisturbed));
      }
      System.out.printf(
          "SoakIT: -Dwinnow.it.seed=%d: %d runs with the same bytes under %s; %d starts%n",
          seed, runs, disturber, supervisor.starts());
      return disturber.faults();
    }
  }

  /**
   * A client that the others gave up is started again, like any node; the run goes on meanwhile.
   */
  private void runUnderFaults(
      TestCluster cluster, Path run, Disturber disturber, Supervisor supervisor)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_RUN.toNanos();
    int code = LOST;
    while (code == LOST) {
      WinnowProcess client = cluster.submit(run, settings("name=" + run.getFileName()));
      client.runsUntil(
          () -> {
            supervisor.look();
            disturber.act();
            return !client.isAlive();
          },
          Duration.ofNanos(end - System.nanoTime()));
      code = client.await();
      assertThat(code)
          .as("-Dwinnow.it.seed=" + seed + "\n" + client.printed() + cluster.logs())
          .isIn(0, LOST);
    }
  }

  /** Attempts come to nothing more often than where faults are seldom. */
  private static String[] settings(String one) {
    return new String[] {
      one,
      "training.epochs=" + STEPS / 125.0,
      "failure.max-attempts=100",
      "failure.step-deadline=20s"
    };
  }
}
