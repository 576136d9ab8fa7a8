package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one JVM come and go; layers move between LayerReady and Apply, and nothing is lost. */
class MoveTest {
  private static final long JOINED_AT = 9;
  private static final long LEFT_AT = 16;
  private static final String A_LAYER = "deberta.encoder.layer.1";
  private static final long MOVED_AT = 5;
  private static final long LOST_AT = 10;

  private static final List<ClusterSettings.Role> ALL = List.of(ClusterSettings.Role.values());

  @TempDir Path folder;

  /**
   * Holds a step's Apply back until a layer has moved. Said for the third time, some seconds later,
   * it gets through: it may be what brings a layer to life that has moved. Safe from any thread.
   */
  private static final class UntilMoved implements FaultyPost.Fault {
    private static final int TIMES_HELD = 2;

    private final long step;
    private final Map<String, Integer> times = new HashMap<>();
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
              && apply.decision().step() == step
              && times.merge(layer, 1, Integer::sum) <= TIMES_HELD;
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

  /** A run whose layers move to a node that joins, and back when that leaves, in one attempt. */
  private static FollowedRun movedThereAndBack(TestNode first, Path store, String config)
      throws Exception {
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
    return run;
  }

  @Test
  void layersThatMoveToANodeThatJoinsAndBackWhenItLeavesCostNoAttemptAndNoByte() throws Exception {
    Path store = folder.resolve("store");
    String config = TinyRun.config(folder, "failure.step-deadline=20s");
    try (TestNode first = TestNode.join(store, ALL, List.of())) {
      Map<String, String> undisturbed = first.finish("undisturbed", config);
      List<MetricsRow> rows = first.follow("undisturbed").countedRows();
      FollowedRun run = movedThereAndBack(first, store, config);

      assertThat(first.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }

  /** They take the gradients of several open steps along. */
  @Test
  void layersThatMoveInTheAsynchronousModeCostNoAttemptAndNoStep() throws Exception {
    Path store = folder.resolve("store");
    String config =
        TinyRun.config(folder, "failure.step-deadline=20s", "mode=async", "staleness=3");
    try (TestNode first = TestNode.join(store, ALL, List.of())) {
      FollowedRun run = movedThereAndBack(first, store, config);

      List<Long> each = LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList();
      assertThat(run.countedSteps()).isEqualTo(each);
    }
  }

  /** Holds the Apply of two steps back: one until it is released, one for ever. */
  private static final class Between implements FaultyPost.Fault {
    private static final long FIRST = 5;
    private static final long LAST = 20;

    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private final CountDownLatch isDue = new CountDownLatch(1);
    private boolean isReleased;

    @Override
    public synchronized void onPost(Object message, String layer, Runnable send) {
      long step = message instanceof LayerCommand.Apply apply ? apply.decision().step() : 0;
      if (step == FIRST && !isReleased) {
        held.add(send);
        isDue.countDown();
      } else if (step != LAST) {
        send.run();
      }
    }

    synchronized void release() {
      isReleased = true;
      held.forEach(Runnable::run);
    }
  }

  @Test
  void aCoordinatorWhoseNodeLeavesMakesACheckpointBeforeAndGoesOnElsewhere() throws Exception {
    Path store = folder.resolve("store");
    String config =
        TinyRun.config(
            folder,
            "failure.step-deadline=20s",
            "checkpoint.every=1000",
            "training.evaluate-every=1000");
    try (TestNode first = TestNode.join(store, ALL, List.of())) {
      Map<String, String> undisturbed = first.finish("undisturbed", config);
      FollowedRun run;
      try (TestNode second = TestNode.join(store, ALL, List.of(first.node.address()))) {
        second.node.whenUp().toCompletableFuture().get(1, TimeUnit.MINUTES);
        run = first.follow("leaving"); // its coordinator goes where the fewest are: to the second
        Between held = new Between();
        second.faults.of(run.id(), held);
        run.client().submit(config);
        assertThat(held.isDue.await(1, TimeUnit.MINUTES)).isTrue();
        CoordinatedShutdown.get(second.node.system())
            .addTask(
                CoordinatedShutdown.PhaseBeforeClusterShutdown(),
                "release",
                () -> {
                  held.release();
                  return CompletableFuture.completedFuture(Done.getInstance());
                });
      }
      run.attach();
      run.awaitFinished();

      assertThat(run.attempts()).extracting(RunEvent.AttemptBegan::attempt).containsExactly(1L, 2L);
      assertThat(run.attempts().get(1).version()).isBetween(Between.FIRST, Between.LAST - 1);
      assertThat(first.adapters(run.id())).isEqualTo(undisturbed);
    }
  }

  /** At the Apply of a step: the layer is stopped before it hears it. */
  private static void stopLayer(TestNode where, RunId run) {
    ClusterSharding.get(where.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run, A_LAYER))
        .tell(LayerActor.Stop.NOW);
  }

  @Test
  void anOldHandOffThatCouldNotBeDeletedIsFoundOutAtOnce() {
    String config = TinyRun.config(folder, "failure.step-deadline=20s");
    try (TestNode node = TestNode.start(folder, 2)) {
      Map<String, String> undisturbed = node.finish("undisturbed", config);
      FollowedRun run = node.follow("kept");
      node.full.takeHandOffs();
      node.full.keepHandOffs();
      AtomicLong last = new AtomicLong();
      node.faults.of(
          run.id(),
          (message, layer, send) -> {
            boolean isApply = message instanceof LayerCommand.Apply && layer.equals(A_LAYER);
            long step = isApply ? ((LayerCommand.Apply) message).decision().step() : 0;
            if (step == MOVED_AT && last.compareAndSet(0, step)) {
              stopLayer(node, run.id());
            } else if (step == LOST_AT && last.compareAndSet(MOVED_AT, step)) {
              node.full.refuseHandOffs();
              stopLayer(node, run.id());
            }
            send.run();
          });
      run.client().submit(config);
      run.awaitFinished();

      assertThat(run.attempts()).extracting(RunEvent.AttemptBegan::version).containsExactly(0L, 7L);
      assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
    }
  }
}
