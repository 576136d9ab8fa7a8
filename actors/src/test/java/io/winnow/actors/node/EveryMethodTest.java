package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method of method.md gives the same bytes on one worker as on three, and when layers or the
 * whole node are lost at the very steps at which it masks, disconnects, grows or re-draws heads.
 */
class EveryMethodTest {
  @TempDir static Path folder;
  private static TestNode node;

  /**
   * A method of a run.
   *
   * @param steps at whose end something becomes of its heads
   * @param kept heads at the end
   * @param rank of each of them
   */
  private record Method(String name, List<String> settings, List<Long> steps, int kept, int rank) {
    static Method of(String name, int kept, int rank, List<Long> steps, String... settings) {
      return new Method(name, List.of(settings), steps, kept, rank);
    }

    String config() {
      String[] more =
          Stream.concat(Stream.of("checkpoint.every=4"), settings.stream()).toArray(String[]::new);
      return TinyRun.config(folder, more);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Method> methods() {
    return Stream.of(
        Method.of(
            "lora", 24, 8, List.of(9L), "method.name=lora", "method.keep=null", "selection=null"),
        Method.of(
            "rslora",
            24,
            8,
            List.of(9L),
            "method.name=rslora",
            "method.keep=null",
            "selection=null"),
        Method.of("rand", 3, 8, List.of(9L), "method.name=rand", "selection=null"),
        Method.of("signed", 3, 8, List.of(5L, 12L), "selection.rule=signed"),
        Method.of("contribution", 3, 8, List.of(5L, 12L), "selection.rule=contribution"),
        Method.of("restart", 3, 8, List.of(12L, 13L), "selection.after-selection=restart"),
        Method.of(
            "rounds",
            3,
            8,
            List.of(4L, 8L, 12L),
            "selection.rounds=[{at=4,keep=12},{at=8,keep=6}]"),
        Method.of("fraction", 3, 8, List.of(12L), "method.keep=null", "method.keep-fraction=0.125"),
        growing("smart"),
        growing("dummy"),
        growing("restart"));
  }

  private static Method growing(String rule) {
    return Method.of(
        "weightlora+ " + rule,
        6,
        32,
        List.of(5L, 10L),
        "method.name=\"weightlora+\"",
        "method.keep=null",
        "selection=null",
        "expansion={every=5,times=2,rule=" + rule + "}");
  }

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 3);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void lossAtTheStepsThatChangeHeadsChangesNoByte(Method method) {
    FollowedRun undisturbed = node.follow(id(method, "undisturbed"));
    undisturbed.client().submit(method.config());
    RunSummary summary = undisturbed.awaitFinished().summary();
    Map<String, String> adapters = node.adapters(undisturbed.id());
    List<MetricsRow> rows = undisturbed.countedRows();
    expectHeads(method, summary);

    FollowedRun disturbed = node.follow(id(method, "lost-layers"));
    Set<Long> done = ConcurrentHashMap.newKeySet();
    node.faults.of(
        disturbed.id(),
        (message, layer, send) -> {
          if (message instanceof LayerCommand.Apply apply && isLost(method, apply, done)) {
            stopLayer(disturbed, layer);
          }
          send.run();
        });
    disturbed.client().submit(method.config());
    disturbed.awaitFinished();

    assertThat(done).containsExactlyInAnyOrderElementsOf(method.steps);
    assertThat(disturbed.attempts().size()).isGreaterThan(1);
    assertThat(node.adapters(disturbed.id())).isEqualTo(adapters);
    assertThat(disturbed.countedRows()).isEqualTo(rows);

    expectSameAfterRestartsOnOneWorker(method, adapters, rows);
  }

  /** At each of its steps the first layer is lost as the step is applied. */
  private static boolean isLost(Method method, LayerCommand.Apply apply, Set<Long> done) {
    long step = apply.decision().step();
    return method.steps.contains(step) && done.add(step);
  }

  private static void stopLayer(FollowedRun run, String layer) {
    ClusterSharding.get(node.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), layer))
        .tell(LayerActor.Stop.NOW);
  }

  private static void expectSameAfterRestartsOnOneWorker(
      Method method, Map<String, String> adapters, List<MetricsRow> rows) {
    Path store = folder.resolve(id(method, "closed"));
    boolean isBegun = false;
    for (long step : method.steps) {
      try (TestNode own = TestNode.start(store, 1)) {
        FollowedRun run = own.follow("run");
        if (!isBegun) {
          run.client().submit(method.config());
          isBegun = true;
        }
        run.awaitStep(step);
      }
    }
    try (TestNode own = TestNode.start(store, 1)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      assertThat(own.adapters(run.id())).isEqualTo(adapters);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }

  private static void expectHeads(Method method, RunSummary summary) {
    List<HeadView> kept = summary.heads().stream().filter(HeadView::kept).toList();
    assertThat(kept).hasSize(method.kept);
    assertThat(kept).allMatch(head -> head.rank() == method.rank);
    assertThat(summary.skippedSteps()).isZero();
  }

  private static String id(Method method, String what) {
    return (method.name + "-" + what).replace(' ', '-').replace("+", "-plus");
  }
}
