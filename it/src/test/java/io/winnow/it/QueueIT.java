package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that wait for the one compute slot of a cluster, whose registry's node is killed. */
@Tag("cluster")
class QueueIT {
  private static final int QUEUE_LOOKS = 100;

  @TempDir Path folder;

  private final List<WinnowProcess> open = new ArrayList<>();
  private String gateway = "";

  @AfterEach
  void endProcesses() {
    open.forEach(WinnowProcess::close);
  }

  @Test
  void queueSurvivesTheNodeThatKeepsItAndKeepsItsOrder() throws Exception {
    try (TestCluster cluster =
        new TestCluster(folder, "store.folder = store", "timings = default")) {
      int oldest = cluster.start("control,adapters"); // keeps the registry
      cluster.start("control,adapters");
      startWithGateway(cluster);

      WinnowProcess first = submit("first", "training.epochs=90");
      awaitRuns("first +running .*\n", first);
      WinnowProcess low = submit("low", "training.steps=3", "selection.at=1");
      awaitRuns("first .*\nlow +queued .* number 1 of 1 in the queue\n", low);
      WinnowProcess high = submit("high", "training.steps=3", "selection.at=1", "priority=5");
      awaitRuns("first .*\nlow +queued .* 2 of 2 .*\nhigh +queued .* 1 of 2 .*\n", high);

      cluster.node(oldest).kill();
      awaitRuns("first +running .*\nlow +queued .* 2 of 2 .*\nhigh +queued .* 1 of 2 .*\n", high);
      ended(0, "pause", "first", "--cluster", gateway);
      assertThat(high.await()).as(high.printed() + cluster.logs()).isZero();
      assertThat(low.await()).as(low.printed() + cluster.logs()).isZero();
      assertThat(low.printed()).contains("Queued: number 2 of 2", "Queued: number 1 of 1");
      assertThat(first.await()).as(first.printed()).isEqualTo(1);
      awaitRuns("first +paused .*\nlow +finished +step 3/3\nhigh +finished +step 3/3\n", high);
    }
  }

  private void startWithGateway(TestCluster cluster) throws Exception {
    int http = TestCluster.freePort();
    gateway = "127.0.0.1:" + http;
    String[] node = cluster.arguments(TestCluster.freePort(), "control,adapters,worker");
    List<String> arguments = new ArrayList<>(Arrays.asList(node));
    arguments.addAll(List.of("--set", "http.port=" + http));
    WinnowProcess process = WinnowProcess.start(folder, arguments.toArray(String[]::new));
    open.add(process);
    assertThat(process.runsUntil(() -> TestCluster.printed(process).contains(" is up: ")))
        .as(TestCluster.printed(process))
        .isTrue();
  }

  private WinnowProcess submit(String name, String... settings) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("train", QuickstartRuns.CONF.toString(), "--cluster", gateway));
    arguments.addAll(List.of("--set", "name=" + name));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    WinnowProcess process = WinnowProcess.start(folder, arguments.toArray(String[]::new));
    open.add(process);
    return process;
  }

  /** Asks until the list is so; coordinators that move do not answer for a while. */
  private void awaitRuns(String pattern, WinnowProcess client) throws Exception {
    String printed = "";
    for (int look = 0; look < QUEUE_LOOKS; look++) {
      WinnowProcess.Ended ended = WinnowProcess.run(folder, "runs", "--cluster", gateway);
      printed = ended.printed();
      if (printed.matches(pattern)) {
        return;
      }
    }
    throw new AssertionError("no " + pattern + "\n" + printed + client.printed());
  }

  private void ended(int code, String... arguments) throws Exception {
    WinnowProcess.Ended ended = WinnowProcess.run(folder, arguments);
    assertThat(ended.code()).as(ended.printed()).isEqualTo(code);
  }
}
