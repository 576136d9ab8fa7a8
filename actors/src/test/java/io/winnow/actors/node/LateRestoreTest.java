package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.winnow.actors.layer.LayerActor;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A layer dies, and a Restore that was doubled on its way comes to the one that takes its place:
 * what the model in docs/protocol found.
 */
class LateRestoreTest {
  private static final int EVALUATED_AT = 10;

  @TempDir static Path folder;
  private static TestNode node;
  private static String config;
  private static Map<String, String> undisturbed;

  /** One that still holds something at the end. */
  private static String aLayer;

  @BeforeAll
  static void runUndisturbed() {
    node = TestNode.start(folder, 3);
    config = TinyRun.config(folder);
    undisturbed = node.finish("undisturbed", config);
    aLayer = undisturbed.keySet().stream().filter(k -> k.contains("layer.")).findFirst().get();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /**
   * Keeps the Restore of an attempt. When the layer has applied a step of it, it dies; what it is
   * told then is lost, until it is told something that tells the late Restore to come first.
   */
  private record LateRestore(
      RunId run,
      long attempt,
      long diesAfter,
      Predicate<LayerCommand> comesBefore,
      AtomicReference<Runnable> restore,
      AtomicBoolean isDead,
      AtomicBoolean hasCome)
      implements FaultyPost.Fault {
    LateRestore(RunId run, long attempt, long diesAfter, Predicate<LayerCommand> comesBefore) {
      this(
          run,
          attempt,
          diesAfter,
          comesBefore,
          new AtomicReference<>(),
          new AtomicBoolean(),
          new AtomicBoolean());
    }

    @Override
    public void onPost(Object message, String layer, Runnable send) {
      if (message instanceof LayerReply.Applied applied && isLast(applied)) {
        send.run();
        isDead.set(true);
        stopLayer(run);
      } else if (message instanceof LayerCommand command && isForIt(command, layer)) {
        toTheLayer(command, send);
      } else {
        send.run();
      }
    }

    private boolean isLast(LayerReply.Applied applied) {
      return applied.layer().equals(aLayer)
          && applied.attempt() == attempt
          && applied.step() == diesAfter
          && !isDead.get();
    }

    private boolean isForIt(LayerCommand command, String layer) {
      return layer.equals(aLayer) && command.attempt() == attempt;
    }

    /** Nobody has the parameters that it dies with. */
    private boolean isOfItsLast(LayerCommand command) {
      return command instanceof LayerCommand.Fetch fetch && fetch.version() == diesAfter;
    }

    private void toTheLayer(LayerCommand command, Runnable send) {
      if (command instanceof LayerCommand.Restore) {
        restore.compareAndSet(null, send);
      }
      if (isDead.get() && comesBefore.test(command) && !hasCome.getAndSet(true)) {
        restore.get().run();
      }
      if (isDead.get() ? hasCome.get() : !isOfItsLast(command)) {
        send.run();
      }
    }
  }

  private static void stopLayer(RunId run) {
    ClusterSharding.get(node.node.system())
        .entityRefFor(LayerActor.TYPE, LayerActor.entityId(run, aLayer))
        .tell(LayerActor.Stop.NOW);
  }

  @Test
  void layerThatFellBackBeforeAnEvaluationIsFoundOut() {
    FollowedRun run = node.follow("fell-back");
    AtomicBoolean wasLost = new AtomicBoolean();
    LateRestore late =
        new LateRestore(
            run.id(),
            1,
            EVALUATED_AT,
            command -> command instanceof LayerCommand.Fetch && wasLost.getAndSet(true));
    node.faults.of(run.id(), late);
    run.client().submit(config);
    run.awaitFinished();

    assertThat(late.hasCome).isTrue();
    assertThat(run.attempts()).hasSize(2);
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
  }

  @Test
  void lateRestoreOfAForgottenCheckpointDoesNotPauseTheRun() {
    FollowedRun run = node.follow("forgotten");
    LateRestore late =
        new LateRestore(run.id(), 2, 23, command -> command instanceof LayerCommand.Query);
    AtomicBoolean hasDied = new AtomicBoolean();
    node.faults.of(
        run.id(),
        (message, layer, send) -> {
          boolean isNow = message instanceof LayerCommand.Apply apply && isOfStep(apply, 9);
          if (isNow && layer.equals(aLayer) && hasDied.compareAndSet(false, true)) {
            stopLayer(run.id());
          }
          late.onPost(message, layer, send);
        });
    run.client().submit(config);
    run.awaitFinished();

    assertThat(late.hasCome).isTrue();
    assertThat(run.attempts()).hasSize(3);
    assertThat(node.adapters(run.id())).isEqualTo(undisturbed);
  }

  private static boolean isOfStep(LayerCommand.Apply apply, long step) {
    return apply.attempt() == 1 && apply.decision().step() == step;
  }

  @Test
  void blobThatIsThereAlreadyIsSavedAsItWas() {
    var key = new CheckpointStore.Key(new RunId("saved-twice"), aLayer, new CheckpointId(1, 1));
    byte[] blob = {1, 2, 3};
    CheckpointStore store = node.node.checkpoints();

    store.save(key, blob).toCompletableFuture().join();
    store.save(key, new byte[1]).toCompletableFuture().join();

    Optional<byte[]> found = store.load(key).toCompletableFuture().join();
    assertThat(found).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(blob));
  }
}
