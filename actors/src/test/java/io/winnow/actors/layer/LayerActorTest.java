package io.winnow.actors.layer;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.UnhandledMessage;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.winnow.actors.node.Post;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerMessage;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.LayerSize;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerActorTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final CheckpointId START = CheckpointId.START;

  private final HeldStore store = new HeldStore();
  private final Queue<LayerCommand> sentOn = new ConcurrentLinkedQueue<>();
  private TestProbe<CoordinatorMessage> coordinator;
  private TestProbe<WorkerMessage> worker;
  private ActorRef<LayerMessage> layer;

  /** Where a layer may be when a message comes. */
  enum Phase {
    LOOKING,
    UNLOADED,
    RESTORING,
    LIVE,
    STORING,
    COMPLETE,
    HANDING_OFF
  }

  @BeforeEach
  void spawn() {
    coordinator = KIT.createTestProbe(CoordinatorMessage.class);
    worker = KIT.createTestProbe(WorkerMessage.class);
    layer = spawnLayer();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<LayerMessage> spawnLayer() {
    return KIT.spawn(
        LayerActor.create(
            LayerActor.entityId(TinyLayer.RUN, TinyLayer.NAME), new ProbePost(), store));
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

  private void tell(LayerCommand... commands) {
    Arrays.stream(commands).forEach(layer::tell);
  }

  private <R extends LayerReply> R expect(Class<R> reply) {
    return coordinator.expectMessageClass(reply);
  }

  private LayerReply.Restored begin(long attempt) {
    tell(TinyLayer.restore(attempt, START));
    return expect(LayerReply.Restored.class);
  }

  private void gradients(long attempt, long step, Integer... order) {
    Arrays.stream(order).forEach(mb -> tell(TinyLayer.gradient(attempt, step, mb)));
  }

  private LayerReply.Applied step(long attempt, long step) {
    gradients(attempt, step, 0, 1, 2);
    expect(LayerReply.LayerReady.class);
    tell(TinyLayer.apply(attempt, step));
    return expect(LayerReply.Applied.class);
  }

  private LayerCommand.Fetch fetch(long attempt, long version) {
    return new LayerCommand.Fetch(TinyLayer.RUN, attempt, version, worker.getRef());
  }

  private WorkerCommand.Parameters parameters() {
    return (WorkerCommand.Parameters) worker.receiveMessage();
  }

  private static void expectEqual(WorkerCommand.Parameters actual, Object expected) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
  }

  /** What it dropped so far, as the next answer says. */
  private long dropped(long attempt) {
    tell(TinyLayer.query(attempt, 0));
    return expect(LayerReply.Applied.class).size().dropped();
  }

  // ------------------------------------------------------------------ every phase

  private Map<Class<?>, LayerCommand> oneOfEach() {
    return Stream.of(
            TinyLayer.restore(1, START),
            fetch(1, 0),
            TinyLayer.gradient(1, 1, 0),
            TinyLayer.query(1, 1),
            TinyLayer.apply(1, 1),
            TinyLayer.save(1, 0),
            TinyLayer.forget(1, START),
            TinyLayer.release(1))
        .collect(Collectors.toMap(LayerCommand::getClass, c -> c));
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void everyCommandIsHandledInEveryPhase(Phase phase) {
    TestProbe<UnhandledMessage> unhandled = KIT.createUnhandledMessageProbe();
    Map<Class<?>, LayerCommand> commands = oneOfEach();
    assertThat(commands.keySet()).isEqualTo(Set.of(LayerCommand.class.getPermittedSubclasses()));

    for (LayerCommand command : commands.values()) {
      spawnIn(phase);
      tell(command);
      layer.tell(LayerActor.Stop.NOW);
      store.letGo();
      worker.expectTerminated(layer);
    }
    unhandled.expectNoMessage(java.time.Duration.ofMillis(20));
  }

  private void spawnIn(Phase phase) {
    store.handOffs.clear();
    store.handOffGate =
        phase == Phase.LOOKING
            ? new CompletableFuture<>()
            : CompletableFuture.completedFuture(akka.Done.getInstance());
    spawn();
    bring(phase);
  }

  private void bring(Phase phase) {
    store.letGo();
    if (phase == Phase.LOOKING) {
      return;
    } else if (phase == Phase.RESTORING) {
      store.hold();
      tell(TinyLayer.restore(1, new CheckpointId(9, 9)));
    } else if (phase != Phase.UNLOADED) {
      begin(1);
    }
    if (phase == Phase.STORING) {
      store.hold();
      tell(TinyLayer.save(1, 0));
    } else if (phase == Phase.COMPLETE) {
      gradients(1, 1, 0, 1, 2);
      expect(LayerReply.LayerReady.class);
    } else if (phase == Phase.HANDING_OFF) {
      store.hold();
      layer.tell(LayerActor.Stop.NOW);
    }
  }

  // ------------------------------------------------------------------ restoring

  @Test
  void layerThatWasJustStartedSaysThatItHoldsNothing() {
    LayerCommand[] commands = {
      fetch(4, 0),
      TinyLayer.gradient(4, 1, 0),
      TinyLayer.query(4, 1),
      TinyLayer.apply(4, 1),
      TinyLayer.save(4, 0)
    };
    for (LayerCommand command : commands) {
      tell(command);
      assertThat(expect(LayerReply.Unloaded.class))
          .isEqualTo(new LayerReply.Unloaded(TinyLayer.RUN, 4, TinyLayer.NAME));
    }
  }

  @Test
  void restoreFromTheStartDrawsTheHeadsAndIsAnsweredAgain() {
    LayerReply.Restored first = begin(1);
    LayerReply.Restored again = begin(1);

    assertThat(first.version()).isZero();
    assertThat(first.heads())
        .extracting(h -> h.id().module())
        .containsExactly("block.0.query", "block.0.value");
    assertThat(first.size()).isEqualTo(new LayerSize(2, 2 * 6 + 2, 2 * (5 * 8 + 8) + 16, 0));
    assertThat(again).isEqualTo(first);
  }

  @Test
  void restoreOfALaterAttemptDropsWhatWasHeldAndOneOfAnEarlierIsDropped() {
    begin(1);
    step(1, 1);

    assertThat(begin(2).version()).isZero();
    tell(TinyLayer.restore(1, START), TinyLayer.restore(1, new CheckpointId(1, 1)));
    assertThat(dropped(2)).isEqualTo(2);
  }

  @Test
  void restoreFromTheStoreGivesTheVersionThatWasSaved() {
    begin(1);
    step(1, 1);
    tell(fetch(1, 1));
    WorkerCommand.Parameters before = parameters();
    tell(TinyLayer.save(1, 1));
    expect(LayerReply.Saved.class);

    layer = spawnLayer();
    tell(TinyLayer.restore(2, new CheckpointId(1, 1)));
    assertThat(expect(LayerReply.Restored.class).version()).isEqualTo(1);
    tell(fetch(2, 1));
    WorkerCommand.Parameters after = parameters();
    assertThat(after.attempt()).isEqualTo(2);
    assertThat(after.parameters()).usingRecursiveComparison().isEqualTo(before.parameters());
  }

  @Test
  void checkpointThatIsNotInTheStoreIsReportedAndTheSameRestoreIsTriedAgain() {
    CheckpointId id = new CheckpointId(1, 5);
    tell(TinyLayer.restore(2, id));
    assertThat(expect(LayerReply.StoreFailed.class).reason()).contains("nothing is stored");

    LayerState state = TinyLayer.stateAt(5);
    store.blobs.put(key(id), LayerSnapshot.write(state));
    tell(TinyLayer.restore(2, id));
    assertThat(expect(LayerReply.Restored.class).version()).isEqualTo(5);
  }

  @Test
  void loadThatALaterAttemptOvertookIsForgotten() {
    store.hold();
    tell(TinyLayer.restore(1, new CheckpointId(1, 5)));
    assertThat(begin(2).attempt()).isEqualTo(2);

    store.letGo();
    tell(TinyLayer.query(2, 1));
    assertThat(expect(LayerReply.Missing.class).attempt()).isEqualTo(2);
  }

  private static CheckpointStore.Key key(CheckpointId id) {
    return new CheckpointStore.Key(TinyLayer.RUN, TinyLayer.NAME, id);
  }

  // ------------------------------------------------------------------ fetching

  @Test
  void fetchOfTheNextVersionWaitsUntilItIsThere() {
    begin(1);
    tell(fetch(1, 1), fetch(1, 0));
    assertThat(parameters().version()).isZero();

    step(1, 1);
    assertThat(parameters().version()).isEqualTo(1);
  }

  @Test
  void fetchOfAnyOtherVersionOrAttemptIsDropped() {
    begin(2);
    step(2, 1);
    tell(fetch(2, 0), fetch(2, 3), fetch(1, 1));

    assertThat(dropped(2)).isEqualTo(3);
    worker.expectNoMessage(java.time.Duration.ofMillis(10));
  }

  // ------------------------------------------------------------------ a step

  @Test
  void sumAndStepAreTheSameInWhateverOrderGradientsCome() {
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2));
    List<Object> outcomes = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      layer = spawnLayer();
      begin(1);
      gradients(1, 1, order.toArray(Integer[]::new));
      LayerReply.LayerReady ready = expect(LayerReply.LayerReady.class);
      tell(TinyLayer.apply(1, 1), fetch(1, 1));
      expect(LayerReply.Applied.class);
      outcomes.add(List.of(ready, parameters()));
      Collections.rotate(order, 1);
    }

    assertThat(outcomes.get(1)).usingRecursiveComparison().isEqualTo(outcomes.get(0));
    assertThat(outcomes.get(2)).usingRecursiveComparison().isEqualTo(outcomes.get(0));
  }

  @Test
  void gradientsThatAreDoubledLateEarlyOrOfAnotherAttemptAreDroppedAndCounted() {
    begin(2);
    gradients(2, 1, 0, 0);
    tell(TinyLayer.gradient(1, 1, 1), TinyLayer.gradient(2, 2, 1));
    assertThat(dropped(2)).isEqualTo(3);

    gradients(2, 1, 1, 2, 2);
    expect(LayerReply.LayerReady.class);
    tell(TinyLayer.apply(2, 1), TinyLayer.gradient(2, 1, 0));
    expect(LayerReply.Applied.class);
    assertThat(dropped(2)).isEqualTo(5);
  }

  @Test
  void queryIsAnsweredByWhatIsMissingByReadyOrByApplied() {
    begin(1);
    gradients(1, 1, 1);
    tell(TinyLayer.query(1, 1));
    assertThat(expect(LayerReply.Missing.class).microBatches()).containsExactly(0, 2);

    gradients(1, 1, 0, 2);
    LayerReply.LayerReady ready = expect(LayerReply.LayerReady.class);
    tell(TinyLayer.query(1, 1));
    assertThat(expect(LayerReply.LayerReady.class)).isEqualTo(ready);

    tell(TinyLayer.apply(1, 1), TinyLayer.query(1, 1));
    assertThat(expect(LayerReply.Applied.class)).isEqualTo(expect(LayerReply.Applied.class));
  }

  @Test
  void queryBeyondTheNextStepTellsThatTheLayerLostWhatItHeld() {
    begin(1);
    tell(TinyLayer.query(1, 2));
    expect(LayerReply.Unloaded.class);
  }

  @Test
  void applyIsDoneOnceHoweverOftenItIsSaid() {
    begin(1);
    step(1, 1);
    tell(fetch(1, 1), TinyLayer.apply(1, 1));
    expect(LayerReply.Applied.class);
    tell(fetch(1, 1));

    expectEqual(parameters(), parameters());
  }

  @Test
  void applyBeforeAllMicroBatchesAreInIsDropped() {
    begin(1);
    gradients(1, 1, 0, 1);
    tell(TinyLayer.apply(1, 1), TinyLayer.apply(1, 2));

    assertThat(dropped(1)).isEqualTo(2);
    tell(TinyLayer.query(1, 1));
    assertThat(expect(LayerReply.Missing.class).microBatches()).containsExactly(2);
  }

  @Test
  void prunedHeadIsGoneFromMemoryAndFromTheNextCheckpointWithItsMoments() {
    begin(1);
    LayerSize before = step(1, 1).size();
    gradients(1, 2, 0, 1, 2);
    expect(LayerReply.LayerReady.class);
    tell(TinyLayer.apply(1, 2, TinyLayer.VALUE), TinyLayer.save(1, 2));
    LayerSize after = expect(LayerReply.Applied.class).size();
    expect(LayerReply.Saved.class);

    assertThat(before.heads()).isEqualTo(2);
    assertThat(after)
        .isEqualTo(new LayerSize(1, before.parameters() - 6, before.optimizerBytes() - 48, 0));
    byte[] blob = store.blobs.get(key(new CheckpointId(1, 2)));
    assertThat(LayerSnapshot.read(TinyLayer.PLAN, 2, blob).heads())
        .extracting(h -> h.spec().id())
        .containsExactly(TinyLayer.QUERY);
    assertThat(new String(blob, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("block.0.value");
  }

  // ------------------------------------------------------------------ the store

  @Test
  void versionIsStoredOnceHoweverOftenItIsToBeSaved() {
    begin(1);
    store.hold();
    tell(TinyLayer.save(1, 0), TinyLayer.save(1, 0));
    store.letGo();
    LayerReply.Saved saved = expect(LayerReply.Saved.class);
    tell(TinyLayer.save(1, 0));

    assertThat(expect(LayerReply.Saved.class)).isEqualTo(saved);
    assertThat(saved.bytes()).isEqualTo(store.blobs.get(key(new CheckpointId(1, 0))).length);
    assertThat(store.saves).hasSize(1);
  }

  @Test
  void versionThatIsNotHeldIsNotSaved() {
    begin(2);
    step(2, 1);
    tell(TinyLayer.save(2, 0), TinyLayer.save(2, 2), TinyLayer.save(1, 1));

    assertThat(dropped(2)).isEqualTo(3);
    assertThat(store.saves).isEmpty();
  }

  @Test
  void fullStoreIsReportedAndTheVersionCanBeSavedLater() {
    begin(1);
    store.isFull = true;
    tell(TinyLayer.save(1, 0));
    LayerReply.StoreFailed failed = expect(LayerReply.StoreFailed.class);
    assertThat(failed.reason()).isEqualTo("No space left on device");
    assertThat(failed.isAway()).isFalse();

    store.isFull = false;
    tell(TinyLayer.save(1, 0));
    assertThat(expect(LayerReply.Saved.class).version()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void checkpointsAreForgottenInEveryPhase(Phase phase) {
    CheckpointId old = new CheckpointId(1, 3);
    CheckpointId other = new CheckpointId(1, 4);
    store.blobs.put(key(old), new byte[1]);
    store.blobs.put(key(other), new byte[1]);
    spawnIn(phase);
    tell(TinyLayer.forget(1, old));

    coordinator.awaitAssert(
        () -> {
          assertThat(store.blobs).doesNotContainKey(key(old)).containsKey(key(other));
          return null;
        });
  }
}
