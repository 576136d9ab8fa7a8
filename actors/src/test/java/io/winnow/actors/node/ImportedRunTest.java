package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.plan.QuickstartAdapter;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that begins with an adapter: lost before and after its first checkpoint, or its folder. */
class ImportedRunTest {
  private static final String A_LAYER = "deberta.encoder.layer.2";
  private static final Set<Long> BEFORE_AND_AFTER = Set.of(3L, 9L);

  @TempDir static Path folder;
  private static TestNode node;
  private static Path adapter;
  private static String config;
  private static Map<String, String> undisturbed;
  private static List<MetricsRow> rows;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);
    config = TinyRun.config(folder, "method.start-from=" + adapter);
    undisturbed = node.finish("undisturbed", config);
    rows = node.follow("undisturbed").countedRows();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void itIsAnotherRunThanOneThatBeginsAnew() {
    assertThat(node.finish("anew", TinyRun.config(folder))).isNotEqualTo(undisturbed);
  }

  @Test
  void layersThatAreLostBeforeAndAfterTheFirstCheckpointChangeNoByte() {
    FollowedRun run = node.follow("lost-layers");
    Set<Long> done = ConcurrentHashMap.newKeySet();
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          if (message instanceof LayerCommand.Apply apply
              && layer.equals(A_LAYER)
              && BEFORE_AND_AFTER.contains(apply.decision().step())
              && done.add(apply.decision().step())) {
            ClusterSharding.get(node.node.system())
                .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), layer))
                .tell(LayerActor.Stop.NOW);
          }
          send.run();
        });
    run.client().submit(config);
    run.awaitFinished();

    assertThat(run.attempts())
        .extracting(RunEvent.AttemptBegan::version)
        .containsExactly(0L, 0L, 7L);
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
    assertThat(run.countedRows()).isEqualTo(rows);
  }

  @Test
  void nodeThatIsClosedBeforeAndAfterTheFirstCheckpointGoesOnToTheSameBytes() {
    Path store = folder.resolve("closed");
    try (TestNode own = TestNode.start(store, 2)) {
      FollowedRun run = own.follow("run");
      run.client().submit(config);
      run.awaitStep(3);
    }
    try (TestNode own = TestNode.start(store, 2)) {
      own.follow("run").awaitStep(9);
    }
    try (TestNode own = TestNode.start(store, 2)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      assertThat(own.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }

  @Test
  void folderThatChangedPausesTheRunUntilItIsRestored() {
    Path own = folder.resolve("changing");
    QuickstartAdapter.write(own, 0f);
    String onOwn = TinyRun.config(folder, "method.start-from=" + own);
    Path store = folder.resolve("changed");
    try (TestNode first = TestNode.start(store, 2)) {
      FollowedRun run = first.follow("run");
      run.client().submit(onOwn);
      run.awaitStep(3);
    }
    QuickstartAdapter.write(own, 0.5f);
    try (TestNode second = TestNode.start(store, 2)) {
      FollowedRun run = second.follow("run");
      RunEvent.RunPaused paused = run.awaitPaused();
      assertThat(paused.reason())
          .startsWith("method.start-from: the adapter there is ")
          .contains("the run was begun with")
          .contains("restore its folder");
      QuickstartAdapter.write(own, 0f);
      run.client().resume();
      run.awaitFinished();
      assertThat(second.adapters(run.id())).isEqualTo(undisturbed);
    }
  }
}
