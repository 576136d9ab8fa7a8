package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.Adapter;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.node.ClusterSettings.Role;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.registry.Admission;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.StoreSettings;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of one JVM between which not every layer fits into a frame. */
class LargeLayersTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final RunId RUN = new RunId("run");
  private static final int FRAME = 64 << 10;

  private static final Config SMALL_FRAMES =
      ConfigFactory.parseString(
          """
          winnow.chunk = 16KiB
          akka.remote.artery.advanced {
            maximum-frame-size = 64KiB
            maximum-large-frame-size = 64KiB
          }
          """);

  @TempDir Path folder;

  private final Bases bases = new Bases();

  private WinnowNode node(List<Role> roles, List<NodeAddress> others) {
    ClusterSettings cluster =
        new ClusterSettings(
            new NodeAddress("127.0.0.1", 0),
            "",
            0,
            roles,
            others,
            DEADLINE,
            ClusterSettings.Timings.PATIENT,
            null);
    return WinnowNode.start(
        new NodeSettings(
            new StoreSettings.OneHost(folder.resolve("store")),
            cluster,
            roles.contains(Role.WORKER) ? 2 : 0,
            new Admission.AtOnce(),
            run -> true,
            new FolderPlanner(bases),
            new BaseSweeps(bases),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            SMALL_FRAMES));
  }

  @Test
  void layersThatFitIntoNoFrameTravelInChunksWithTheSameBytes() throws Exception {
    String config = TinyRun.config(folder, "method.rank=32", "failure.step-deadline=20s");
    assertThat(new FolderPlanner(bases).plan(config).layers())
        .anyMatch(layer -> layer.parameters() * Float.BYTES > FRAME);
    try (TestNode alone = TestNode.start(Files.createDirectory(folder.resolve("alone")), 1);
        WinnowNode layers = node(List.of(Role.CONTROL, Role.ADAPTERS), List.of());
        WinnowNode worker = node(List.of(Role.WORKER), List.of(layers.address()))) {
      alone.finish("run", config);
      RunClient client = new RunClient(layers, RUN);
      client.submit(config);
      new TestKit(Adapter.toClassic(worker.system()))
          .awaitCond(
              DEADLINE, Duration.ofMillis(100), () -> client.view().status() == RunStatus.FINISHED);

      RunView view = client.view();
      assertThat(view.attempt()).isEqualTo(1);
      for (String layer : view.liveLayers()) {
        assertThat(blob(layers, layer, view)).isEqualTo(alone.blob(RUN, layer, view.counted()));
      }
    }
  }

  private static byte[] blob(WinnowNode node, String layer, RunView view) {
    return node.checkpoints()
        .load(new CheckpointStore.Key(RUN, layer, view.counted()))
        .toCompletableFuture()
        .join()
        .orElseThrow();
  }
}
