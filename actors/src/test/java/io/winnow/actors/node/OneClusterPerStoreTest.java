package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneClusterPerStoreTest {
  @TempDir Path folder;

  private WinnowNode start(String join) throws IOException {
    return start(0, join);
  }

  private WinnowNode start(int port, String join) throws IOException {
    Path conf = folder.resolve("node.conf");
    String text =
        "port = %d, workers = 1, timings = patient, store.folder = store, join = [%s],"
            + " join-deadline = 6s";
    Files.writeString(conf, text.formatted(port, join));
    Bases bases = new Bases();
    return WinnowNode.start(
        NodeSettings.of(
            NodeConfig.read(conf, List.of()), new FolderPlanner(bases), new BaseSweeps(bases)));
  }

  @Test
  void secondClusterOnAStoreIsRefusedAndAnotherNodeOfTheFirstIsNot() throws Exception {
    try (WinnowNode first = start("")) {
      first.whenUp().toCompletableFuture().join();
      assertThatThrownBy(() -> start(""))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("is used by a cluster: its node " + first.address())
          .hasMessageContaining("--join " + first.address());
      try (WinnowNode second = start('"' + first.address().toString() + '"')) {
        second.whenUp().toCompletableFuture().join();
        assertThat(second.address()).isNotEqualTo(first.address());
      }
    }
    try (WinnowNode again = start("")) {
      again.whenUp().toCompletableFuture().join();
      assertThat(again.address().port()).isPositive();
    }
  }

  @Test
  void firstOfAListThatReachesNobodyBeginsNoSecondClusterOnAStore() throws Exception {
    String nobody = "\"127.0.0.1:1\"";
    int port = freePort();
    String list = "\"127.0.0.1:%d\", %s".formatted(port, nobody);
    try (WinnowNode first = start("")) {
      first.whenUp().toCompletableFuture().join();
      try (WinnowNode cutOff = start(port, list)) {
        cutOff.whenEnded().toCompletableFuture().get(1, TimeUnit.MINUTES);
        assertThat(cutOff.whenUp().toCompletableFuture()).isNotDone();
      }
    }
    try (WinnowNode alone = start(port, list)) {
      alone.whenUp().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
