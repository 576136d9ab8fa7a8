package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that lack the base weights of a run. */
@Tag("cluster")
class WeightsIT {
  private static final Path MODEL = QuickstartRuns.CONF.resolveSibling("model");

  @TempDir Path folder;

  @Test
  void workerWithoutTheModelFetchesItAndComputesTheSameBytes() throws Exception {
    Path alone = folder.resolve("alone");
    try (WinnowProcess run =
        WinnowProcess.start(folder, QuickstartRuns.train(alone, "workers.count=1"))) {
      assertThat(run.await()).as(run.printed()).isZero();
    }
    Path run = folder.resolve("fetched");
    Path cache = folder.resolve("cache");
    try (TestCluster cluster =
        new TestCluster(
            folder.resolve("cluster"), "store.folder = store", "weights.serve = true")) {
      int control = cluster.start("control,adapters");
      int port = TestCluster.freePort();
      try (WinnowProcess worker =
              lacking(cluster, port, "weights.fetch=true", "weights.cache=" + cache);
          WinnowProcess client = cluster.submit(run)) {
        assertThat(client.await())
            .as(client.printed() + cluster.logs() + TestCluster.read(cluster.log(port)))
            .isZero();
        assertThat(worker.isAlive()).isTrue();
      }
      assertThat(TestCluster.read(cluster.log(port)))
          .containsPattern("event=weights-fetch fingerprint=[0-9a-f]{64} from=.*" + control)
          .contains("event=weights-fetched");
    }
    QuickstartRuns.assertSameAdapter(run, alone);
    assertThat(names(cache)).filteredOn(name -> name.matches("[0-9a-f]{64}")).hasSize(1);
    assertThat(names(cache)).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void whereNobodyServesTheWorkerIsRefusedWithTheReasonAndTheRunGoesOn() throws Exception {
    Path run = folder.resolve("refused");
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster"))) {
      int control = cluster.start("control,adapters,worker");
      int port = TestCluster.freePort();
      try (WinnowProcess worker =
              lacking(cluster, port, "weights.cache=" + folder.resolve("cache"));
          WinnowProcess client = cluster.submit(run)) {
        assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
        assertThat(worker.isAlive()).isTrue();
      }
      assertThat(TestCluster.read(cluster.log(control)))
          .containsPattern("event=worker-refused .*/nowhere: no such folder");
    }
  }

  private WinnowProcess lacking(TestCluster cluster, int port, String... settings)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    Collections.addAll(arguments, cluster.arguments(port, "worker"));
    Collections.addAll(arguments, "--set", "models.\"" + MODEL + "\"=/nowhere");
    for (String setting : settings) {
      Collections.addAll(arguments, "--set", setting);
    }
    WinnowProcess worker = WinnowProcess.start(folder, arguments.toArray(String[]::new));
    assertThat(worker.runsUntil(() -> TestCluster.printed(worker).contains(" is up: ")))
        .as(worker.printed())
        .isTrue();
    return worker;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
