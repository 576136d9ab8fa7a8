package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one JVM come and go; layers move between LayerReady and Apply, and nothing is lost. */
class MoveTest {
  private static final long JOINED_AT = 9;
  private static final long LEFT_AT = 16;

  @TempDir Path folder;

  /** Holds a step's Apply back until a layer has moved. Safe from any thread. */
  private static final class UntilMoved implements FaultyPost.Fault {
    private final long step;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private final Set<String> moved = ConcurrentHashMap.newKeySet();
    private final CountDownLatch isDue = new CountDownLatch(1);

    UntilMoved(long step) {
      this.step = step;
    }

    @Override
    public synchronized void onPost(Object message, String layer, Runnable send) {
      if (message instanceof LayerReply.TakenUp taken && isDue.getCount() == 0) {
        moved.add(taken.layer());
        held.forEach(Runnable::run);
        held.clear();
      }
      boolean isHeld =
          moved.isEmpty()
              && message instanceof LayerCommand.Apply apply
              && apply.decision().step() == step;
      if (isHeld) {
        held.add(send);
        isDue.countDown();
      } else {
        send.run();
      }
    }

    void awaitStep() throws InterruptedException {
      assertThat(isDue.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void layersThatMoveToANodeThatJoinsAndBackWhenItLeavesCostNoAttemptAndNoByte() throws Exception {
    Path store = folder.resolve("store");
    List<ClusterSettings.Role> all = List.of(ClusterSettings.Role.values());
    String config = TinyRun.config(folder, "failure.step-deadline=20s");
    try (TestNode first = TestNode.join(store, all, List.of())) {
      Map<String, String> undisturbed = first.finish("undisturbed", config);
      List<MetricsRow> rows = first.follow("undisturbed").countedRows();
      FollowedRun run = first.follow("moving");
      UntilMoved there = new UntilMoved(JOINED_AT);
      UntilMoved back = new UntilMoved(LEFT_AT);
      FaultyPost.Fault both =
          (message, layer, send) ->
              there.onPost(message, layer, () -> back.onPost(message, layer, send));
      first.faults.of(run.id(), both);
      run.client().submit(config);
      there.awaitStep();
      try (TestNode second =
          TestNode.join(
              store, List.of(ClusterSettings.Role.ADAPTERS), List.of(first.node.address()))) {
        second.faults.of(run.id(), both);
        back.awaitStep();
      }
      run.awaitFinished();

      assertThat(there.moved).isNotEmpty();
      assertThat(back.moved).isNotEmpty();
      assertThat(run.attempts()).hasSize(1);
      assertThat(first.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }
}
