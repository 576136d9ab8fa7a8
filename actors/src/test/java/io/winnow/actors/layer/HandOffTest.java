package io.winnow.actors.layer;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.model.io.LayerHandOff;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers are moved: stopped here, started there, with nothing between them but the store. */
class HandOffTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final CheckpointStore.Slot SLOT =
      new CheckpointStore.Slot(TinyLayer.RUN, TinyLayer.NAME);

  private final HeldStore store = new HeldStore();
  private final Queue<LayerCommand> sentOn = new ConcurrentLinkedQueue<>();
  private TestProbe<CoordinatorMessage> coordinator;
  private TestProbe<WorkerMessage> worker;
  private ActorRef<LayerMessage> layer;

  @BeforeEach
  void begin() {
    coordinator = KIT.createTestProbe(CoordinatorMessage.class);
    worker = KIT.createTestProbe(WorkerMessage.class);
    layer = spawnLayer();
    tell(TinyLayer.restore(1, CheckpointId.START));
    expect(LayerReply.Restored.class);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private final class ProbePost implements Post {
    @Override
    public void toLayer(RunId run, String to, LayerCommand command) {
      sentOn.add(command);
    }

    @Override
    public void toCoordinator(RunId run, CoordinatorMessage message) {
      coordinator.getRef().tell(message);
    }

    @Override
    public void toRegistry(RegistryMessage message) {
      throw new AssertionError("a layer does not speak to the registry: " + message);
    }
  }

  private ActorRef<LayerMessage> spawnLayer() {
    return KIT.spawn(
        LayerActor.create(
            LayerActor.entityId(TinyLayer.RUN, TinyLayer.NAME), new ProbePost(), store));
  }

  private void tell(LayerMessage... messages) {
    List.of(messages).forEach(layer::tell);
  }

  private <R extends LayerReply> R expect(Class<R> reply) {
    return coordinator.expectMessageClass(reply);
  }

  private void gradients(long step, int... microBatches) {
    for (int microBatch : microBatches) {
      tell(TinyLayer.gradient(1, step, microBatch));
    }
  }

  private void step(long step) {
    gradients(step, 0, 1, 2);
    expect(LayerReply.LayerReady.class);
    tell(TinyLayer.apply(1, step));
    expect(LayerReply.Applied.class);
  }

  private LayerCommand.Fetch fetch(long attempt, long version) {
    return new LayerCommand.Fetch(TinyLayer.RUN, attempt, version, worker.getRef());
  }

  private WorkerCommand.Parameters parameters(long attempt, long version) {
    tell(fetch(attempt, version));
    return (WorkerCommand.Parameters) worker.receiveMessage();
  }

  private void stopLayer() {
    tell(LayerActor.Stop.NOW);
    worker.expectTerminated(layer);
  }

  /** Stops the layer, starts its successor and delivers to that what the layer sent on. */
  private LayerReply.TakenUp move() {
    stopLayer();
    layer = spawnLayer();
    LayerReply.TakenUp taken = expect(LayerReply.TakenUp.class);
    while (!sentOn.isEmpty()) {
      tell(sentOn.remove());
    }
    return taken;
  }

  @Test
  void movedLayerIsLiveInItsAttemptAtItsVersionWithTheSameValues() {
    step(1);
    WorkerCommand.Parameters before = parameters(1, 1);

    assertThat(move()).isEqualTo(new LayerReply.TakenUp(TinyLayer.RUN, 1, TinyLayer.NAME, 1));
    assertThat(parameters(1, 1)).usingRecursiveComparison().isEqualTo(before);
    assertThat(store.handOffs).isEmpty();
  }

  @Test
  void layerThatIsMovedBetweenReadyAndApplyStepsAsIfItHadNotBeenMoved() {
    step(1);
    gradients(2, 0, 1, 2);
    LayerReply.LayerReady ready = expect(LayerReply.LayerReady.class);
    move();
    tell(TinyLayer.query(1, 2));
    assertThat(expect(LayerReply.LayerReady.class)).isEqualTo(ready);
    tell(TinyLayer.apply(1, 2, TinyLayer.VALUE));
    LayerReply.Applied applied = expect(LayerReply.Applied.class);
    WorkerCommand.Parameters moved = parameters(1, 2);

    begin();
    step(1);
    gradients(2, 0, 1, 2);
    expect(LayerReply.LayerReady.class);
    tell(TinyLayer.apply(1, 2, TinyLayer.VALUE));
    assertThat(applied).isEqualTo(expect(LayerReply.Applied.class));
    assertThat(moved).usingRecursiveComparison().isEqualTo(parameters(1, 2));
  }

  @Test
  void gradientsOfAnIncompleteStepAreAskedForAgain() {
    gradients(1, 0, 2);
    move();
    tell(TinyLayer.query(1, 1));

    assertThat(expect(LayerReply.Missing.class).microBatches()).containsExactly(0, 1, 2);
  }

  @Test
  void fetchesThatWaitedAreServedByTheSuccessor() {
    tell(fetch(1, 1));
    move();
    step(1);

    assertThat(((WorkerCommand.Parameters) worker.receiveMessage()).version()).isEqualTo(1);
  }

  @Test
  void whatComesWhileItHandsOffGoesToTheSuccessor() {
    gradients(1, 0, 1, 2);
    expect(LayerReply.LayerReady.class);
    store.hold();
    tell(LayerActor.Stop.NOW, TinyLayer.apply(1, 1), LayerActor.Stop.NOW);
    store.letGo();
    worker.expectTerminated(layer);
    layer = spawnLayer();

    assertThat(expect(LayerReply.TakenUp.class).version()).isZero();
    assertThat(sentOn).containsExactly(TinyLayer.apply(1, 1));
  }

  @Test
  void whatComesWhileItLooksIsDoneAfterwards() {
    stopLayer();
    store.handOffGate = new CompletableFuture<>();
    layer = spawnLayer();
    tell(TinyLayer.query(1, 1));
    store.handOffGate.complete(akka.Done.getInstance());

    expect(LayerReply.TakenUp.class);
    expect(LayerReply.Missing.class);
  }

  @Test
  void layerThatIsStoppedWhileItLooksLeavesTheHandOffAndSendsOnWhatWaits() {
    stopLayer();
    store.handOffGate = new CompletableFuture<>();
    layer = spawnLayer();
    tell(TinyLayer.query(1, 1));
    stopLayer();

    assertThat(sentOn).containsExactly(TinyLayer.query(1, 1));
    assertThat(store.handOffs).containsKey(SLOT);
  }

  @Test
  void layerThatIsStoppedWhileItRestoresLeavesThatToItsSuccessor() {
    LayerCommand.Restore restore = TinyLayer.restore(2, new CheckpointId(1, 5));
    store.hold();
    tell(restore);
    stopLayer();

    assertThat(sentOn).containsExactly(restore);
    assertThat(store.handOffs).isEmpty();
  }

  @Test
  void saveThatIsUnderWayEndsAndCanBeAskedForAgain() {
    store.hold();
    tell(TinyLayer.save(1, 0), LayerActor.Stop.NOW);
    store.letGo();
    expect(LayerReply.Saved.class);
    worker.expectTerminated(layer);
    layer = spawnLayer();
    expect(LayerReply.TakenUp.class);
    tell(TinyLayer.save(1, 0));

    assertThat(expect(LayerReply.Saved.class).version()).isZero();
  }

  @Test
  void layerWhoseHandOffIsRefusedStopsAndIsLost() {
    store.isFull = true;
    stopLayer();
    layer = spawnLayer();
    tell(TinyLayer.query(1, 1));

    expect(LayerReply.Unloaded.class);
  }

  @Test
  void staleHandOffIsAnsweredForByUnloadedAndBeatenByARestore() {
    store.handOffs.put(SLOT, new LayerHandOff(1, TinyLayer.stateAt(4), new TreeMap<>()).toBytes());
    layer = spawnLayer();
    assertThat(expect(LayerReply.TakenUp.class).attempt()).isEqualTo(1);
    tell(TinyLayer.query(2, 1), fetch(2, 0), TinyLayer.apply(2, 1));
    for (int i = 0; i < 3; i++) {
      assertThat(expect(LayerReply.Unloaded.class).attempt()).isEqualTo(2);
    }

    tell(TinyLayer.restore(2, CheckpointId.START));
    assertThat(expect(LayerReply.Restored.class).version()).isZero();
    assertThat(store.handOffs).isEmpty();
  }

  @Test
  void damagedHandOffIsNone() {
    store.handOffs.put(SLOT, new byte[] {1, 2, 3});
    layer = spawnLayer();
    tell(TinyLayer.query(1, 1));

    expect(LayerReply.Unloaded.class);
  }

  @Test
  void layerOfARunThatIsOverHoldsNothingAndHandsNothingOff() {
    tell(TinyLayer.release(1), TinyLayer.query(1, 1));
    expect(LayerReply.Unloaded.class);
    stopLayer();

    assertThat(store.handOffs).isEmpty();
  }

  @Test
  void lateReleaseOfAnEarlierAttemptIsDropped() {
    tell(TinyLayer.restore(2, CheckpointId.START));
    expect(LayerReply.Restored.class);
    tell(TinyLayer.release(1), TinyLayer.query(2, 1));

    expect(LayerReply.Missing.class);
  }
}
