package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One cluster, one run after another, and in the middle of each something is killed: every run ends
 * by itself with the bytes of an undisturbed one on one node.
 */
class FaultMatrixIT {
  private static final String ALL = "control,adapters,worker";
  private static final Duration SUPERVISED_PAUSE = Duration.ofSeconds(1);
  private static final Duration STOPPED = Duration.ofSeconds(20);
  private static final int LOST = 3;

  /** Far above the aim of 15 s: machines that run tests have other things to do. */
  private static final double LONGEST_PAUSE_SECONDS = 120;

  /** So long that nobody finds out what was lost by waiting for it. */
  private static final String DEADLINE = "failure.step-deadline=10m";

  @TempDir static Path folder;

  private static Path undisturbed;
  private static TestCluster cluster;

  @BeforeAll
  static void startNodesAndRunOnOne() throws Exception {
    undisturbed = folder.resolve("undisturbed");
    try (WinnowProcess run =
        WinnowProcess.start(folder, QuickstartRuns.train(undisturbed, "workers.count=1"))) {
      assertThat(run.await()).as(run.printed()).isZero();
    }
    cluster =
        new TestCluster(
            folder.resolve("cluster"),
            "store.folder = store",
            "timings = " + System.getProperty("winnow.it.timings", "fast"));
    cluster.startAll(ALL, ALL, ALL, "worker");
  }

  @AfterAll
  static void stopNodes() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void startWhatDied() throws Exception {
    for (int port : cluster.ports()) {
      if (!cluster.node(port).isAlive()) {
        cluster.restart(port);
      }
    }
    cluster.awaitAll();
  }

  @Test
  void aWorkerThatIsKilledChangesNothing() throws Exception {
    Disturbed run = begin("worker-killed");
    cluster.node(cluster.ports().get(3)).kill();
    run.ends();
  }

  @Test
  void theCoordinatorsNodeThatIsKilledIsReplaced() throws Exception {
    Disturbed run = begin("coordinator-killed");
    cluster.node(cluster.coordinator()).kill();
    run.ends();
  }

  @Test
  void theNodeWithMostLayersThatIsKilledIsReplaced() throws Exception {
    Disturbed run = begin("layers-killed");
    cluster.node(cluster.mostLayers("layers-killed", cluster.coordinator())).kill();
    run.ends();
  }

  @Test
  void aNodeThatIsStoppedIsGivenUpAndEndsItselfWhenItWakes() throws Exception {
    Disturbed run = begin("layers-stopped");
    WinnowProcess stopped =
        cluster.node(cluster.mostLayers("layers-stopped", cluster.coordinator()));
    stopped.signal("STOP");
    run.lasts(STOPPED);
    stopped.signal("CONT");
    run.ends();
    assertThat(stopped.await()).as(stopped.printed()).isEqualTo(LOST);
  }

  @Test
  void twoKillsInARowAreSurvivedUnderASupervisor() throws Exception {
    Supervisor supervisor = new Supervisor(cluster, SUPERVISED_PAUSE);
    Disturbed run = begin("two-killed").under(supervisor);
    int coordinator = cluster.coordinator();
    int layers = cluster.mostLayers("two-killed", coordinator);
    cluster.node(coordinator).kill();
    cluster.node(layers).kill();
    run.ends();
    assertThat(supervisor.starts()).isGreaterThanOrEqualTo(2);
  }

  private static Disturbed begin(String name) throws IOException, InterruptedException {
    Path out = folder.resolve(name);
    WinnowProcess client = cluster.submit(out, "name=" + name, DEADLINE);
    assertThat(client.runsUntil(() -> QuickstartRuns.rows(out) >= 10))
        .as(client.printed())
        .isTrue();
    return new Disturbed(name, client, out);
  }

  /** A run while something happens to it. */
  private static final class Disturbed {
    private final String name;
    private final WinnowProcess client;
    private final Progress progress;
    private final Path out;
    private Supervisor supervisor = new Supervisor(cluster, Duration.ofDays(1));

    Disturbed(String name, WinnowProcess client, Path out) {
      this.name = name;
      this.client = client;
      this.out = out;
      this.progress = new Progress(() -> QuickstartRuns.rows(out));
    }

    Disturbed under(Supervisor other) {
      supervisor = other;
      return this;
    }

    /** Looks on for a while. */
    void lasts(Duration time) throws Exception {
      long end = System.nanoTime() + time.toNanos();
      client.runsUntil(
          () -> {
            progress.look();
            return System.nanoTime() > end;
          });
    }

    /** Looks on until it ends, by itself and with the bytes of the undisturbed one. */
    void ends() throws Exception {
      client.runsUntil(
          () -> {
            supervisor.look();
            progress.look();
            return !client.isAlive();
          });
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
      System.out.printf(
          "FaultMatrixIT: %s: %.1f s without progress%n", name, progress.longestSeconds());
      assertThat(progress.longestSeconds()).isLessThan(LONGEST_PAUSE_SECONDS);
      QuickstartRuns.assertSameAdapter(out, undisturbed);
      QuickstartRuns.assertEachStepOnce(out);
      assertThat(QuickstartRuns.results(out)).isEqualTo(QuickstartRuns.results(undisturbed));
    }
  }
}
