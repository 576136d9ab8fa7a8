package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After the final selection only the kept heads compute, travel and are stored. */
class SelectionTest {
  private static final long SEED = 11;
  private static final RunId RUN = new RunId("selected");

  @TempDir static Path folder;
  private static TestNode node;
  private static List<LayerPlan> plans;
  private static List<LayerState> layers;
  private static RunEvent.RunFinished finished;
  private static List<Long> lastTwo;
  private static RunEvent.HeadsPruned pruned;
  private static final Map<Long, Long> products = new ConcurrentHashMap<>();
  private static final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();

  private record Sent(String layer, long step) {}

  @BeforeAll
  static void runOnce() {
    node = TestNode.start(folder, 2);
    node.sweeps.of(SEED, (work, sweeping) -> counted(work, sweeping));
    node.faults.of(RUN, SelectionTest::noteGradientsAndApplies);
    String config = TinyRun.config(folder, "seed=" + SEED);
    plans = TestNode.planner().plan(config).layers();
    FollowedRun run = node.follow(RUN.value());
    run.client().submit(config);
    finished = run.awaitFinished();
    pruned = run.seen(RunEvent.HeadsPruned.class).get(0);
    List<RunEvent.CheckpointDone> done = run.seen(RunEvent.CheckpointDone.class);
    lastTwo =
        done.subList(done.size() - 2, done.size()).stream()
            .map(RunEvent.CheckpointDone::version)
            .toList();
    layers = StoredRun.read(node.node, run.client().view()).layers();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static SweepSession.Trained counted(
      SweepSession.Work work, FaultySweeps.Sweeping sweeping) {
    SweepSession.Trained trained = sweeping.run(UnaryOperator.identity());
    products.merge(work.key().step(), trained.cost().products(), Long::sum);
    return trained;
  }

  private static void noteGradientsAndApplies(Object message, String layer, Runnable send) {
    if (message instanceof LayerCommand.Gradient gradient) {
      sent.add(new Sent(layer, gradient.step()));
    } else if (message instanceof LayerCommand.Apply apply) {
      sent.add(new Sent(layer, apply.decision().step()));
    } else if (message instanceof LayerCommand.Fetch fetch) {
      sent.add(new Sent(layer, fetch.version() + 1));
    }
    send.run();
  }

  private static Set<String> keptModules() {
    Set<String> kept = new TreeSet<>();
    pruned.heads().stream().filter(HeadView::kept).forEach(head -> kept.add(head.module()));
    return kept;
  }

  /** Layers of which every head was pruned and which train nothing else. */
  private static Set<String> deadLayers() {
    Set<String> dead = new TreeSet<>();
    for (LayerPlan plan : plans) {
      boolean isLive =
          !plan.spec().tensors().isEmpty()
              || plan.spec().adapters().stream().anyMatch(a -> isKept(a.id().module()));
      if (!isLive) {
        dead.add(plan.spec().id().name());
      }
    }
    return dead;
  }

  private static boolean isKept(String module) {
    return keptModules().contains(module);
  }

  @Test
  void threeHeadsAreKeptAndAtLeastOneLayerDies() {
    assertThat(pruned.step()).isEqualTo(TinyRun.SELECTED_AT);
    assertThat(keptModules()).hasSize(3);
    assertThat(deadLayers()).isNotEmpty();
  }

  @Test
  void deadLayersGetNoMessageOfAStepAnyMore() {
    Set<String> spokenTo = new HashSet<>();
    sent.stream()
        .filter(message -> message.step() > TinyRun.SELECTED_AT)
        .forEach(message -> spokenTo.add(message.layer()));

    assertThat(spokenTo).doesNotContainAnyElementsOf(deadLayers());
    assertThat(spokenTo).hasSize(plans.size() - deadLayers().size());
  }

  @Test
  void productsOfAStepFall() {
    long before = products.get(TinyRun.SELECTED_AT - 1L);
    long after = products.get(TinyRun.SELECTED_AT + 1L);

    assertThat(products).hasSize(TinyRun.STEPS);
    assertThat(after).isLessThan(before * 3 / 4);
  }

  @Test
  void bytesOfAStepFallWithTheHeadsThatStay() {
    List<MetricsRow> rows = new RunClient(node.node, RUN).countedRows();
    Map<Long, Long> bytes = new TreeMap<>();
    rows.stream()
        .filter(row -> row.kind() == MetricsRow.Kind.STEP)
        .forEach(row -> bytes.put(row.step(), row.bytes()));
    long values = plans.stream().mapToLong(plan -> values(plan, module -> true)).sum();
    long left = plans.stream().mapToLong(plan -> values(plan, SelectionTest::isKept)).sum();

    for (long step : new long[] {1, TinyRun.SELECTED_AT + 2L, TinyRun.STEPS - 1L}) {
      long travelling = step > TinyRun.SELECTED_AT ? left : values;
      long gradients = TinyRun.MICRO_BATCHES * travelling * Float.BYTES;
      long parameters = bytes.get(step) - gradients;
      assertThat(parameters) // each worker that takes part fetches them once
          .as("step %d", step)
          .isIn(travelling * Float.BYTES, 2 * travelling * Float.BYTES);
    }
    assertThat(left).isLessThan(values / 2);
    assertThat(finished.summary().communicatedBytes())
        .isEqualTo(bytes.values().stream().mapToLong(Long::longValue).sum());
    assertThat(finished.summary().computeSeconds()).isPositive();
  }

  private static long values(LayerPlan plan, Predicate<String> lives) {
    long heads =
        plan.spec().adapters().stream()
            .filter(a -> lives.test(a.id().module()))
            .mapToLong(a -> (long) a.rank() * (a.in() + a.out()) + 1)
            .sum();
    return heads + plan.spec().tensors().stream().mapToLong(t -> t.size()).sum();
  }

  @Test
  void newestCheckpointHoldsTheKeptHeadsOnlyWithTheirMoments() {
    Set<String> stored = new TreeSet<>();
    for (LayerState layer : layers) {
      for (HeadState head : layer.heads()) {
        stored.add(head.spec().id().module());
      }
    }

    assertThat(stored).isEqualTo(keptModules());
    assertThat(layers).hasSize(plans.size() - deadLayers().size());
  }

  @Test
  void memoryOfThePrunedIsFreed() {
    long optimizerBytes = 0;
    for (LayerState layer : layers) {
      optimizerBytes += layer.heads().stream().mapToLong(HeadState::optimizerBytes).sum();
      optimizerBytes += layer.tensors().stream().mapToLong(t -> t.moments().bytes()).sum();
    }

    assertThat(finished.summary().optimizerBytesAfter()).isEqualTo(optimizerBytes);
    assertThat(finished.summary().optimizerBytesAfter())
        .isLessThan(finished.summary().optimizerBytesBefore() / 2);
  }

  @Test
  void checkpointsThatNobodyNeedsAreDeleted() {
    RunView view = new RunClient(node.node, RUN).view();
    Set<Long> needed = new TreeSet<>(lastTwo);
    needed.add(view.best().version());
    TestProbe<Object> clock = TestProbe.create(node.node.system());

    clock.awaitAssert(
        Duration.ofSeconds(10),
        () -> {
          assertThat(storedVersions()).isEqualTo(needed);
          return null;
        });
  }

  private static Set<Long> storedVersions() {
    Set<Long> versions = new TreeSet<>();
    for (String id : persistenceIds()) {
      if (id.startsWith("layer|" + RUN + "|")) {
        versions.add(Long.parseLong(id.substring(id.lastIndexOf('|') + 1)));
      }
    }
    return versions;
  }

  private static List<String> persistenceIds() {
    String url =
        node.node
            .system()
            .settings()
            .config()
            .getString("akka-persistence-jdbc.shared-databases.slick.db.url");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select persistence_id from durable_state")) {
      List<String> ids = new ArrayList<>();
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
      return ids;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
