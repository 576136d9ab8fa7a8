package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose journal and checkpoints are in PostgreSQL. */
@Tag("faults")
class PostgresIT {
  @TempDir Path folder;

  @Test
  void aServerThatIsStoppedInTheMiddleIsWaitedForAndTheBytesAreTheSame() throws Exception {
    try (PostgresServer server = PostgresServer.start();
        TestCluster cluster = new TestCluster(folder.resolve("cluster"), server.settings())) {
      cluster.startAll("control,adapters,worker", "adapters,worker");
      Path run = folder.resolve("run");
      String[] often = {"checkpoint.every=1"}; // so that the server is always stopped in one
      WinnowProcess client = cluster.submit(run, often);
      assertThat(client.runsUntil(() -> QuickstartRuns.rows(run) >= 10)).isTrue();
      server.stop();
      assertThat(client.runsUntil(() -> isTold(cluster))).as(client.printed()).isTrue();
      server.launch();
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();

      Path undisturbed =
          QuickstartRuns.undisturbed(folder, "workers.count=1", "checkpoint.every=1");
      QuickstartRuns.assertSameAdapter(run, undisturbed);
      QuickstartRuns.assertEachStepOnce(run);
    }
  }

  /** The layers found it away, or the journal did, whichever wanted something first. */
  private static boolean isTold(TestCluster cluster) {
    String logs = cluster.logs();
    return logs.contains("event=store-away")
        || logs.contains("event=save-failed")
        || logs.contains("Supervisor RestartSupervisor")
        || logs.contains("Failed to persist event");
  }
}
