package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.layer.LayerActor;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people say while a run goes on holds from a step on, whatever happens afterwards. */
class CommandsTest {
  private static final long SEED = 0;

  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 2);
  }

  @AfterEach
  void mend() {
    node.sweeps.mend(SEED);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void commandThatWasAnsweredHoldsAgainAfterALossAndIsWorthAScriptedOne() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 20);
    FollowedRun run = node.follow("live");
    run.client().submit(TinyRun.config(folder));
    run.awaitStep(3);
    assertThatThrownBy(() -> run.client().set("method.keep", "25"))
        .hasMessageContaining("25 heads are to be kept, but the run has 24; set it to 24 or less");
    run.client().set("optimizer.lr", "5e-4");
    ClusterSharding.get(node.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), "head"))
        .tell(LayerActor.Stop.NOW);
    held.countDown();
    run.awaitFinished();

    List<RunEvent.SettingChanged> changes = run.seen(RunEvent.SettingChanged.class);
    assertThat(changes).hasSize(1);
    assertThat(run.attempts()).hasSize(2);
    long step = changes.get(0).step();
    String script = "commands=[{at=" + step + ",set{optimizer.lr=5e-4}}]";
    Map<String, String> scripted = node.finish("scripted", TinyRun.config(folder, script));
    assertThat(node.adapters(run.id())).isEqualTo(scripted);
    assertThat(run.countedRows()).isEqualTo(node.follow("scripted").countedRows());
  }

  @Test
  void changedEvaluationRhythmOutlivesAPause() {
    String script = "commands=[{at=2,set{training.evaluate-every=3}}]";
    String config = TinyRun.config(folder, script);
    node.finish("rhythm", config);
    List<MetricsRow> rows = node.follow("rhythm").countedRows();

    CountDownLatch held = node.sweeps.holdFrom(SEED, 20);
    FollowedRun run = node.follow("rhythm-paused");
    run.client().submit(config);
    run.awaitStep(8);
    run.client().pause("a person said so").toCompletableFuture().join();
    held.countDown();
    run.awaitPaused();
    run.client().resume();
    run.awaitFinished();

    assertThat(run.countedRows()).isEqualTo(rows);
    assertThat(rows)
        .filteredOn(row -> row.kind() == MetricsRow.Kind.EVALUATION)
        .extracting(MetricsRow::step)
        .containsExactly(3L, 6L, 9L, 12L, 15L, 18L, 21L, 24L, 25L);
  }

  @Test
  void settingOfARunThatIsOverOrUnknownIsRefusedInItsOwnWords() {
    node.finish("over", TinyRun.config(folder));

    assertThatThrownBy(() -> client("over").set("optimizer.lr", "1e-4"))
        .isInstanceOf(UserProblem.class)
        .hasMessage("run 'over' is finished; its settings cannot change any more");
    assertThatThrownBy(() -> client("nobody").set("optimizer.lr", "1e-4"))
        .hasMessage("there is no run 'nobody' here");
  }

  @Test
  void anotherConfigurationOfAPausedRunHoldsForGoodAndIsWorthAScriptedCommand() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 10);
    FollowedRun run = node.follow("reconfigured");
    run.client().submit(TinyRun.config(folder));
    run.awaitStep(9);
    var paused = run.client().pause("a person said so");
    held.countDown();
    long step = paused.toCompletableFuture().join().counted().version() + 1;
    run.awaitPaused();
    run.client().reconfigure(TinyRun.config(folder, "optimizer.lr=5e-4", "workers.count=1"));
    CountDownLatch again = node.sweeps.holdFrom(SEED, 20);
    run.client().resume();
    run.awaitStep(19);
    assertThatThrownBy(() -> run.client().reconfigure(TinyRun.config(folder)))
        .hasMessageContaining("run 'reconfigured' is running");
    ClusterSharding.get(node.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), "head"))
        .tell(LayerActor.Stop.NOW);
    again.countDown();
    run.awaitFinished();

    String script = "commands=[{at=" + step + ",set{optimizer.lr=5e-4}}]";
    Map<String, String> scripted = node.finish("foretold", TinyRun.config(folder, script));
    assertThat(node.adapters(run.id())).isEqualTo(scripted);
    assertThat(run.client().view().config()).contains("workers.count = 1", "at = " + step);
    assertThatThrownBy(() -> run.client().reconfigure(TinyRun.config(folder, "seed=3")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("seed: was 0, is now 3: it cannot change, since everything random");
    assertThatThrownBy(() -> client("nobody").reconfigure(TinyRun.config(folder)))
        .hasMessage("there is no run 'nobody' here");
  }

  private static RunClient client(String name) {
    return new RunClient(node.node, new RunId(name));
  }

  @Test
  void nameOfARemovedRunCanBeUsedAgainAtOnce() {
    String config = TinyRun.config(folder);
    Map<String, String> first = node.finish("again", config);
    RunClient client = new RunClient(node.node, new RunId("again"));

    assertThat(client.remove().status()).isEqualTo(RunStatus.REMOVED);
    assertThat(node.finish("again", config)).isEqualTo(first);
    assertThat(client.countedRows()).hasSize(TinyRun.STEPS + 3);
  }
}
