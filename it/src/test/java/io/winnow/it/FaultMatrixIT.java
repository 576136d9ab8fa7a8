package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One cluster of five nodes, one run after another, and in the middle of each something is killed:
 * every run ends by itself with the bytes of an undisturbed one on one node. The store is a server,
 * which no node takes with it.
 */
@Tag("faults")
class FaultMatrixIT {
  private static final String ALL = "control,adapters,worker";
  private static final Duration STOPPED = Duration.ofSeconds(20);
  private static final int LOST = 3;

  /** So long that nobody finds out what was lost by waiting for it. */
  private static final String DEADLINE = "failure.step-deadline=10m";

  @TempDir static Path folder;

  private static Path undisturbed;
  private static PostgresServer server;
  private static TestCluster cluster;

  @BeforeAll
  static void startNodesAndRunOnOne() throws Exception {
    server = PostgresServer.start();
    undisturbed = QuickstartRuns.undisturbed(folder, "workers.count=1");
    cluster =
        new TestCluster(
            folder.resolve("cluster"),
            server.settings()[0],
            "timings = " + System.getProperty("winnow.it.timings", "fast"));
    cluster.startAll(ALL, ALL, ALL, "worker", "worker"); // the tables are made once
  }

  @AfterAll
  static void stopNodes() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
    if (server != null) {
      server.close();
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
    DisturbedRun run = begin("worker-killed");
    cluster.node(cluster.ports().get(3)).kill();
    run.endsLike(undisturbed);
  }

  @Test
  void theCoordinatorsNodeThatIsKilledIsReplaced() throws Exception {
    DisturbedRun run = begin("coordinator-killed");
    cluster.node(cluster.coordinator()).kill();
    run.endsLike(undisturbed);
  }

  @Test
  void theNodeWithMostLayersThatIsKilledIsReplaced() throws Exception {
    DisturbedRun run = begin("layers-killed");
    cluster.node(cluster.mostLayers("layers-killed", cluster.coordinator())).kill();
    run.endsLike(undisturbed);
  }

  @Test
  void aNodeThatIsStoppedIsGivenUpAndEndsItselfWhenItWakes() throws Exception {
    DisturbedRun run = begin("layers-stopped");
    WinnowProcess stopped =
        cluster.node(cluster.mostLayers("layers-stopped", cluster.coordinator()));
    stopped.signal("STOP");
    run.lasts(STOPPED);
    stopped.signal("CONT");
    run.endsLike(undisturbed);
    assertThat(stopped.await()).as(stopped.printed()).isEqualTo(LOST);
  }

  /** Three of five are a majority, which goes on without waiting for anybody. */
  @Test
  void twoKillsAtOnceAreSurvivedByTheOtherThree() throws Exception {
    DisturbedRun run = begin("two-killed");
    int coordinator = cluster.coordinator();
    int layers = cluster.mostLayers("two-killed", coordinator);
    cluster.node(coordinator).kill();
    cluster.node(layers).kill();
    run.endsLike(undisturbed);
  }

  private static DisturbedRun begin(String name) throws IOException, InterruptedException {
    return DisturbedRun.begin(cluster, folder.resolve(name), DEADLINE);
  }
}
