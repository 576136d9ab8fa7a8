package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages are lost, doubled and late on a node of three workers; the run never notices. */
class LossTest {
  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static Map<String, String> undisturbed;
  private static List<MetricsRow> rows;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    config = TinyRun.config(folder);
    undisturbed = node.finish("undisturbed", config);
    rows = node.follow("undisturbed").countedRows();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private FollowedRun runWith(String name, FaultyPost.Fault fault) {
    FollowedRun run = node.follow(name);
    node.faults.of(run.id(), fault);
    run.client().submit(config);
    run.awaitFinished();
    return run;
  }

  private void expectUndisturbed(FollowedRun run) {
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
    assertThat(run.countedRows()).isEqualTo(rows);
    assertThat(run.countedSteps())
        .isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
    assertThat(run.attempts()).hasSize(1);
  }

  static Stream<Set<Class<?>>> kinds() {
    return Stream.of(
        Set.of(LayerCommand.Gradient.class),
        Set.of(LayerReply.LayerReady.class),
        Set.of(LayerCommand.Apply.class),
        Set.of(LayerReply.Applied.class),
        Set.of(LayerCommand.Fetch.class),
        Set.of(LayerCommand.Restore.class, LayerReply.Restored.class),
        Set.of(LayerCommand.Save.class, LayerReply.Saved.class),
        Set.of(
            LayerCommand.Gradient.class,
            LayerCommand.Query.class,
            LayerReply.Missing.class,
            LayerReply.LayerReady.class));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void lostMessagesChangeNoByte(Set<Class<?>> kinds) {
    Losing losing = new Losing(kinds, List.of(2, 7, 60));

    FollowedRun run = runWith("lost-" + kinds.hashCode(), losing);

    assertThat(losing.lost()).isPositive();
    expectUndisturbed(run);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aLostMessageIsMadeUpForLongBeforeTheStepDeadline(Set<Class<?>> kinds) {
    Losing losing = new Losing(kinds, List.of(7));
    FollowedRun run = node.follow("asked-soon-" + kinds.hashCode());
    node.faults.of(run.id(), losing);
    run.client().submit(TinyRun.config(folder, "failure.step-deadline=10m"));
    run.awaitFinished();

    assertThat(losing.lost()).isPositive();
    expectUndisturbed(run);
  }

  @Test
  void applyOfTheFinalSelectionLostAtEveryLayerChangesNoByteAndFreesThePruned() {
    Set<String> lost = ConcurrentHashMap.newKeySet();
    FollowedRun run =
        runWith(
            "lost-selection",
            (message, layer, send) -> {
              boolean isFirst =
                  message instanceof LayerCommand.Apply apply
                      && apply.decision().step() == TinyRun.SELECTED_AT
                      && lost.add(layer);
              if (!isFirst) {
                send.run();
              }
            });

    assertThat(lost).hasSize(5);
    expectUndisturbed(run);
  }

  @Test
  void everyMessageDoubledChangesNoByte() {
    FollowedRun run =
        runWith(
            "doubled",
            (message, layer, send) -> {
              send.run();
              send.run();
            });

    expectUndisturbed(run);
  }

  @Test
  void messagesOutOfOrderChangeNoByte() {
    ScheduledExecutorService late = Executors.newSingleThreadScheduledExecutor();
    AtomicInteger count = new AtomicInteger();
    FollowedRun run =
        runWith(
            "late",
            (message, layer, send) -> {
              int delay = count.incrementAndGet() * 7919 % 13;
              late.schedule(send, delay, TimeUnit.MILLISECONDS);
            });
    late.shutdown();

    expectUndisturbed(run);
  }
}
