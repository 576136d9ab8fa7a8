package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.node.NodeConfig;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.cli.WinnowInProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands with --cluster, to a node as node.conf describes it, with one compute slot. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ClusterRunsTest {
  @TempDir Path folder;

  /** A node of a cluster and its gateway. */
  private final class Cluster implements AutoCloseable {
    final Bases bases = new Bases();
    final WinnowNode node;
    final Gateway gateway;
    final String address;

    Cluster() throws IOException {
      Path conf = folder.resolve("node.conf");
      Files.writeString(conf, "port = 0, workers = 1, timings = patient, store.folder = store");
      node =
          WinnowNode.start(
              NodeSettings.of(
                  NodeConfig.read(conf, List.of()),
                  new FolderPlanner(bases),
                  new BaseSweeps(bases)));
      node.whenUp().toCompletableFuture().join();
      gateway = Gateway.start(node, new GatewaySettings("127.0.0.1", 0, null));
      address = "127.0.0.1:" + gateway.address().getPort();
    }

    Ended asked(Object... command) {
      Object[] all = java.util.Arrays.copyOf(command, command.length + 2);
      all[command.length] = "--cluster";
      all[command.length + 1] = address;
      return winnow(all);
    }

    String awaitRuns(String pattern) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
      while (true) {
        String out = asked("runs").out();
        if (out.matches(pattern)) {
          return out;
        }
        assertThat(System.nanoTime()).as("waited in vain; runs are\n" + out).isLessThan(deadline);
        LockSupport.parkNanos(50_000_000L);
      }
    }

    @Override
    public void close() {
      gateway.close();
      node.close();
      bases.close();
    }
  }

  @Test
  void secondRunWaitsForTheSlotAndBeginsWhenTheFirstIsPaused() throws Exception {
    QuickstartCopy copy = new QuickstartCopy(folder);
    try (Cluster cluster = new Cluster()) {
      CompletableFuture<Ended> first =
          CompletableFuture.supplyAsync(
              () ->
                  cluster.asked(
                      "train", copy.conf(), "--set", "name=first", "--set", "training.epochs=90"));
      cluster.awaitRuns("first +running +step \\d+/\\d+\n");
      CompletableFuture<Ended> second =
          CompletableFuture.supplyAsync(
              () ->
                  cluster.asked(
                      "train",
                      copy.conf(),
                      "--set",
                      "name=second",
                      "--set",
                      "training.steps=3",
                      "--set",
                      "selection.at=1"));

      cluster.awaitRuns("first +running .*\nsecond +queued +step 0  number 1 of 1 in the queue\n");
      cluster.asked("set", "second", "optimizer.lr=1e-4").refused(1, "waits in the queue");
      assertThat(cluster.asked("pause", "first").out()).contains("Paused at step");
      assertThat(first.get().code()).isEqualTo(1);
      assertThat(second.get().code()).as(second.get().err()).isZero();
      assertThat(second.get().out())
          .contains("Queued: number 1 of 1 in the queue", "Finished: 3 steps");
      CompletableFuture<Ended> resumed =
          CompletableFuture.supplyAsync(() -> cluster.asked("resume", "first"));
      cluster.awaitRuns("first +running .*\nsecond +finished +step 3/3\n");
      cluster.asked("rm", "first").refused(1, "run 'first' is running; pause it first");
      cluster.asked("pause", "first");
      assertThat(resumed.get().out()).contains("Paused at step");
      assertThat(cluster.asked("rm", "second").code()).isZero();
      cluster.awaitRuns("first +paused .*\n");
    }
  }

  @Test
  void portThatNodesJoinByIsToldFromTheGateways() throws Exception {
    try (Cluster cluster = new Cluster()) {
      winnow("runs", "--cluster", cluster.node.address())
          .refused(1, "does not speak HTTP", "http.port");
    }
  }
}
