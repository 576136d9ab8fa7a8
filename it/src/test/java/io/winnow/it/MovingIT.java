package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go in order while a run goes on: layers move, and the bytes are those of one. */
class MovingIT {
  private static final String ALL = "control,adapters,worker";
  private static final String TAKEN_UP = "event=hand-off-taken-up";

  @TempDir static Path folder;

  private static Path undisturbed;

  @BeforeAll
  static void runOnOneNode() throws IOException, InterruptedException {
    undisturbed = folder.resolve("undisturbed");
    try (WinnowProcess run =
        WinnowProcess.start(folder, QuickstartRuns.train(undisturbed, "workers.count=1"))) {
      assertThat(run.await()).as(run.printed()).isZero();
    }
  }

  @Test
  void aNodeThatIsAddedInTheMiddleTakesOverLayersWithoutANewAttempt() throws Exception {
    Path run = folder.resolve("added");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-added"))) {
      int first = cluster.start("control,adapters");
      cluster.start("worker");
      WinnowProcess client = cluster.submit(run);
      awaitRows(client, run, 10);
      int added = cluster.start("adapters,worker");
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();

      assertThat(TestCluster.read(cluster.log(added))).contains(TAKEN_UP);
      assertThat(TestCluster.read(cluster.log(first)))
          .contains("event=attempt-begun")
          .doesNotContain("attempt=2");
    }
    assertSameRun(run);
  }

  @Test
  void aNodeWithLayersThatLeavesInOrderCostsNoAttempt() throws Exception {
    Path run = folder.resolve("left");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-left"))) {
      int first = cluster.start("control,adapters,worker");
      int leaving = cluster.start("adapters");
      WinnowProcess client = cluster.submit(run);
      awaitRows(client, run, 10);
      cluster.node(leaving).terminate();
      assertThat(cluster.node(leaving).await()).as(cluster.logs()).isZero();
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();

      assertThat(TestCluster.read(cluster.log(first)))
          .contains(TAKEN_UP)
          .doesNotContain("attempt=2");
    }
    assertSameRun(run);
  }

  @Test
  void nodesThatAreReplacedOneAfterAnotherChangeNothing() throws Exception {
    Path run = folder.resolve("rolling");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-rolling"))) {
      int seed = cluster.start(ALL);
      List<Integer> old = List.of(cluster.start(ALL), cluster.start(ALL), seed);
      WinnowProcess client = cluster.submit(run);
      for (int i = 0; i < old.size(); i++) {
        awaitRows(client, run, 10L * (i + 1));
        cluster.start(ALL);
        cluster.node(old.get(i)).terminate();
        assertThat(cluster.node(old.get(i)).await()).as(cluster.logs()).isZero();
      }
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
    }
    assertSameRun(run);
  }

  private static void awaitRows(WinnowProcess client, Path run, long rows) throws Exception {
    assertThat(client.runsUntil(() -> QuickstartRuns.rows(run) >= rows))
        .as(client.printed())
        .isTrue();
  }

  private static void assertSameRun(Path run) throws IOException {
    QuickstartRuns.assertSameAdapter(run, undisturbed);
    QuickstartRuns.assertEachStepOnce(run);
    assertThat(QuickstartRuns.results(run)).isEqualTo(QuickstartRuns.results(undisturbed));
  }
}
