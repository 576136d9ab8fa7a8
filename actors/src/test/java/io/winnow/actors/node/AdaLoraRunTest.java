package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.layer.LayerActor;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.TripletHead;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run of AdaLoRA that selects at steps 6, 9, 12 and 15, and rests from 18 on. Its bytes depend
 * neither on the number of workers nor on what dies in the step of a selection.
 */
class AdaLoraRunTest {
  private static final String A_LAYER = "deberta.encoder.layer.1";
  private static final int RANK = 4;
  private static final int TARGET = 28;

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static Map<String, String> undisturbed;
  private static List<MetricsRow> rows;
  private static RunSummary summary;
  private static List<LayerState> layers;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    config =
        TinyRun.config(
            folder,
            "method.name=adalora",
            "method.keep=null",
            "selection=null",
            "method.rank=" + RANK,
            "adalora.target-rank=1.2",
            "adalora.warmup=4",
            "adalora.rest=8",
            "adalora.every=3");
    FollowedRun run = node.follow("undisturbed");
    run.client().submit(config);
    summary = run.awaitFinished().summary();
    undisturbed = node.adapters(run.id());
    rows = run.countedRows();
    layers = StoredRun.read(node.node, run.client().view()).layers();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void asManyTripletsAreLeftAsTheTargetSays() {
    assertThat(summary.method()).isEqualTo("adalora");
    assertThat(summary.heads()).hasSize(24);
    assertThat(summary.heads().stream().mapToInt(HeadView::rank).sum()).isEqualTo(TARGET);
    assertThat(summary.heads()).allMatch(head -> head.kept() == head.rank() > 0);
    assertThat(summary.heads()).allMatch(head -> head.omega() == (head.kept() ? 1f : 0f));
    List<HeadView> stored =
        layers.stream()
            .flatMap(layer -> layer.heads().stream())
            .map(head -> view((TripletHead) head))
            .toList();
    assertThat(stored).isEqualTo(summary.heads());
  }

  private static HeadView view(TripletHead head) {
    boolean kept = head.rank() > 0;
    return new HeadView(head.spec().id().module(), kept ? 1f : 0f, head.rank(), kept);
  }

  @Test
  void countsAreOfWhatIsThere() {
    long heads = 0;
    long before = 0;
    long tensors = 0;
    for (LayerState layer : layers) {
      for (var head : layer.heads()) {
        long values = head.spec().in() + head.spec().out() + 1;
        heads += values * head.rank();
        before += values * RANK;
      }
      tensors += layer.tensors().stream().mapToLong(t -> t.values().length).sum();
    }

    assertThat(summary.trainableBefore()).isEqualTo(before + tensors);
    assertThat(summary.trainableAfter()).isEqualTo(heads + tensors);
    assertThat(summary.optimizerBytesBefore()).isEqualTo(16 * before + 8 * tensors);
    assertThat(summary.optimizerBytesAfter()).isEqualTo(summary.optimizerBytesBefore());
  }

  @Test
  void oneWorkerAndMessagesByReferenceGiveTheSameBytes() throws Exception {
    try (TestNode one = TestNode.start(Files.createDirectory(folder.resolve("1")), 1)) {
      assertThat(one.finish("run", config)).isEqualTo(undisturbed);
      assertThat(one.follow("run").countedRows()).isEqualTo(rows);
    }
    try (TestNode two = TestNode.startByReference(Files.createDirectory(folder.resolve("r")), 2)) {
      assertThat(two.finish("run", config)).isEqualTo(undisturbed);
    }
  }

  @Test
  void layerThatDiesInTheStepOfASelectionChangesNoByte() {
    for (long step : List.of(9L, 18L)) {
      FollowedRun run = node.follow("stopped-at-" + step);
      node.faults.of(run.id(), stoppingAt(step, run));
      run.client().submit(config);
      RunEvent.RunFinished finished = run.awaitFinished();

      assertThat(run.attempts()).hasSize(2);
      assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
      assertThat(finished.summary().heads()).isEqualTo(summary.heads());
    }
  }

  private static FaultyPost.Fault stoppingAt(long step, FollowedRun run) {
    AtomicBoolean isDone = new AtomicBoolean();
    return (message, layer, send) -> {
      boolean isNow =
          message instanceof LayerCommand.Apply apply
              && apply.decision().step() == step
              && layer.equals(A_LAYER)
              && isDone.compareAndSet(false, true);
      if (isNow) {
        ClusterSharding.get(node.node.system())
            .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run.id(), A_LAYER))
            .tell(LayerActor.Stop.NOW);
      }
      send.run();
    };
  }

  @Test
  void nodeThatIsClosedAfterASelectionGoesOnToTheSameBytes() {
    Path store = folder.resolve("closed");
    try (TestNode own = TestNode.start(store, 2)) {
      FollowedRun run = own.follow("run");
      run.client().submit(config);
      run.awaitStep(10);
    }
    try (TestNode own = TestNode.start(store, 2)) {
      FollowedRun run = own.follow("run");
      run.awaitFinished();
      assertThat(own.adapters(run.id())).isEqualTo(undisturbed);
      assertThat(run.countedRows()).isEqualTo(rows);
    }
  }
}
