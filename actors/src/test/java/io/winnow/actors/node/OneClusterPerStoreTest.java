package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneClusterPerStoreTest {
  @TempDir Path folder;

  private WinnowNode start(String join) throws IOException {
    Path conf = folder.resolve("node.conf");
    String text = "port = 0, workers = 1, timings = patient, store.folder = store, join = [%s]";
    Files.writeString(conf, text.formatted(join));
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
}
