package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on three nodes, undisturbed and with one that leaves under it: the bytes are those of one.
 */
class ClusterIT {
  private static final String ALL = "control,adapters,worker";

  @TempDir static Path folder;

  private static Path undisturbed;

  @BeforeAll
  static void runOnOneNode() throws IOException, InterruptedException {
    undisturbed = QuickstartRuns.undisturbed(folder, "workers.count=1");
  }

  @Test
  void threeNodesGiveTheBytesOfOneAndLeaveWhenAsked() throws Exception {
    Path run = folder.resolve("three");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-three"))) {
      int first = cluster.start(ALL);
      int second = cluster.start("adapters,worker");
      int third = cluster.start("worker");
      WinnowProcess client = cluster.submit(run);
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
      assertThat(client.printed()).contains("attempt 1");
      for (int port : new int[] {third, second, first}) {
        cluster.node(port).terminate();
        assertThat(cluster.node(port).await()).as(cluster.node(port).printed()).isZero();
      }
    }
    assertSameRun(run);
  }

  @Test
  void aNodeThatLeavesInTheMiddleEndsInOrderAndItsWorkGoesOnElsewhere() throws Exception {
    Path run = folder.resolve("left");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-left"))) {
      cluster.startAll(ALL, ALL, ALL);
      WinnowProcess client = cluster.submit(run);
      assertThat(client.runsUntil(() -> QuickstartRuns.rows(run) >= 10)).isTrue();
      WinnowProcess leaving = cluster.node(cluster.coordinator());
      leaving.terminate();
      assertProgress(client, run, "coordinator left");
      assertThat(leaving.await()).as(leaving.printed() + cluster.logs()).isZero();
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
    }
    assertSameRun(run);
  }

  /** A row is written after the fault; prints how long that took. */
  private static void assertProgress(WinnowProcess client, Path run, String fault)
      throws Exception {
    long began = System.nanoTime();
    String before = TestCluster.read(run.resolve("metrics.jsonl"));
    assertThat(
            client.runsUntil(() -> !TestCluster.read(run.resolve("metrics.jsonl")).equals(before)))
        .as(client.printed())
        .isTrue();
    System.out.printf("ClusterIT: %s: %.1f s%n", fault, (System.nanoTime() - began) / 1e9);
  }

  private static void assertSameRun(Path run) throws IOException {
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
    assertThat(QuickstartRuns.results(run)).isEqualTo(QuickstartRuns.results(undisturbed));
  }
}
