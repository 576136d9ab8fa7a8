package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that a network cuts off, whose connections break, and whose messages are lost, doubled and
 * late: no layer applies a step twice, and the bytes are those of an undisturbed run on one node.
 */
@Tag("faults")
class NetworkIT {
  private static final String ALL = "control,adapters,worker";
  private static final String STORE = "store.folder = store";
  private static final String TIMINGS =
      "timings = " + System.getProperty("winnow.it.timings", "fast");
  private static final int LOST = 3;

  /** Of fast timings: longer than a node may be silent, shorter than it takes to give one up. */
  private static final Duration SHORT_CUT = Duration.ofMillis(3500);

  @TempDir static Path folder;

  private static Path undisturbed;

  @BeforeAll
  static void runOnOneNode() throws IOException, InterruptedException {
    undisturbed = QuickstartRuns.undisturbed(folder, "workers.count=1");
  }

  @Test
  void theCoordinatorsNodeThatIsCutOffIsReplacedAndComesBackWhenTheNetworkHeals() throws Exception {
    try (ChaosNetwork network = ChaosNetwork.create();
        TestCluster cluster = new TestCluster(folder.resolve("cluster-cut"), STORE, TIMINGS)) {
      cluster.over(network).with(AppliedSteps.OPTIONS).startAll(ALL, ALL, ALL);
      DisturbedRun run = DisturbedRun.begin(cluster, folder.resolve("coordinator-cut-off"));
      WinnowProcess cutOff = cluster.node(cluster.coordinator());
      network.cutOff(cluster.coordinator());
      run.goesOnUntil(() -> !cutOff.isAlive());
      assertThat(cutOff.await()).as(cutOff.printed()).isEqualTo(LOST);
      network.mend();
      run.under(new Supervisor(cluster, Duration.ZERO)).endsLike(undisturbed);
      AppliedSteps.assertNoneTwice(cluster, "coordinator-cut-off");
    }
  }

  @Test
  void shortCutsAndBrokenConnectionsLoseNoNodeAndNoByte() throws Exception {
    try (ChaosNetwork network = ChaosNetwork.create();
        TestCluster cluster = new TestCluster(folder.resolve("cluster-short"), STORE, TIMINGS)) {
      cluster.over(network).with(AppliedSteps.OPTIONS).startAll(ALL, ALL, ALL);
      DisturbedRun run = DisturbedRun.begin(cluster, folder.resolve("cut-off-shortly"));
      int coordinator = cluster.coordinator();
      for (int port : cluster.ports()) {
        network.breakConnections(port);
        run.makes(3);
      }
      network.cutOff(cluster.mostLayers("cut-off-shortly", coordinator));
      run.lasts(SHORT_CUT);
      network.mend();
      run.makes(3);
      network.cutOff(coordinator);
      run.lasts(SHORT_CUT);
      network.breakConnections(coordinator);
      network.mend();
      run.under(new Supervisor(cluster, Duration.ZERO)).endsLike(undisturbed);
      AppliedSteps.assertNoneTwice(cluster, "cut-off-shortly");
    }
  }

  @Test
  void messagesThatAreLostDoubledAndLateChangeNothing() throws Exception {
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-lossy"), STORE)) {
      cluster.with(FaultyMailbox.options(1)).with(AppliedSteps.OPTIONS).startAll(ALL, ALL, ALL);
      String[] often = {"failure.step-deadline=4s", "failure.max-attempts=100"};
      DisturbedRun run = DisturbedRun.begin(cluster, folder.resolve("messages-lost"), often);
      run.endsLike(undisturbed);
      FaultyMailbox.assertAllHappened(cluster);
      AppliedSteps.assertNoneTwice(cluster, "messages-lost");
    }
  }
}
