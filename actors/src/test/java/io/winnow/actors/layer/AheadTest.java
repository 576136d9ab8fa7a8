package io.winnow.actors.layer;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import io.winnow.actors.node.Post;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A layer of a run with staleness: gradients of several steps come before the next is applied. */
class AheadTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int STALENESS = 2;

  private final HeldStore store = new HeldStore();
  private TestProbe<CoordinatorMessage> coordinator;
  private TestProbe<WorkerMessage> worker;
  private ActorRef<LayerMessage> layer;

  private final class ProbePost implements Post {
    @Override
    public void toLayer(RunId run, String to, LayerCommand command) {
      throw new AssertionError("a layer that stays sends nothing on: " + command);
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

  @BeforeEach
  void begin() {
    coordinator = KIT.createTestProbe(CoordinatorMessage.class);
    worker = KIT.createTestProbe(WorkerMessage.class);
    layer = restored(STALENESS);
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private ActorRef<LayerMessage> restored(int staleness) {
    String id = LayerActor.entityId(TinyLayer.RUN, TinyLayer.NAME);
    layer = KIT.spawn(LayerActor.create(id, new ProbePost(), store));
    tell(TinyLayer.restore(1, CheckpointId.START, staleness));
    expect(LayerReply.Restored.class);
    return layer;
  }

  private void tell(LayerCommand... commands) {
    List.of(commands).forEach(layer::tell);
  }

  private <R extends LayerReply> R expect(Class<R> reply) {
    return coordinator.expectMessageClass(reply);
  }

  private static LayerCommand[] gradients(long step) {
    return IntStream.range(0, TinyLayer.MICRO_BATCHES)
        .mapToObj(microBatch -> TinyLayer.gradient(1, step, microBatch))
        .toArray(LayerCommand[]::new);
  }

  private LayerCommand.Fetch fetch(long version) {
    return new LayerCommand.Fetch(TinyLayer.RUN, 1, version, worker.getRef());
  }

  private WorkerCommand.Parameters parameters() {
    return (WorkerCommand.Parameters) worker.receiveMessage();
  }

  private void expectReady(long step) {
    assertThat(expect(LayerReply.LayerReady.class).step()).isEqualTo(step);
  }

  /** What it dropped so far, as the next answer says. */
  private long dropped() {
    tell(TinyLayer.query(1, 0, 0));
    return expect(LayerReply.Applied.class).size().dropped();
  }

  @Test
  void stepIsReportedOnlyWhenTheOneBeforeItIsApplied() {
    tell(gradients(2));
    tell(gradients(3));
    tell(TinyLayer.apply(1, 2));
    assertThat(dropped()).as("an Apply out of order").isEqualTo(1);
    tell(gradients(1));
    expectReady(1);
    for (long step = 1; step <= 2; step++) {
      tell(TinyLayer.apply(1, step));
      assertThat(expect(LayerReply.Applied.class).step()).isEqualTo(step);
      expectReady(step + 1);
    }
  }

  @Test
  void valuesAreThoseOfStepsThatCameOneAfterTheOther() {
    tell(
        Stream.of(gradients(3), gradients(1), gradients(2))
            .flatMap(Stream::of)
            .toArray(LayerCommand[]::new));
    WorkerCommand.Parameters ahead = afterThreeSteps();

    layer = restored(0);
    for (long step = 1; step <= 3; step++) {
      tell(gradients(step));
      expectReady(step);
      tell(TinyLayer.apply(1, step));
      expect(LayerReply.Applied.class);
    }
    tell(fetch(3));
    assertThat(ahead).usingRecursiveComparison().isEqualTo(parameters());
  }

  private WorkerCommand.Parameters afterThreeSteps() {
    for (long step = 1; step <= 3; step++) {
      expectReady(step);
      tell(TinyLayer.apply(1, step));
      expect(LayerReply.Applied.class);
    }
    tell(fetch(3));
    return parameters();
  }

  @Test
  void gradientsBeyondTheStalenessAreDropped() {
    tell(TinyLayer.gradient(1, 3, 0), TinyLayer.gradient(1, 4, 0), TinyLayer.gradient(1, 3, 0));
    assertThat(dropped()).as("one too far ahead, one doubled").isEqualTo(2);
    tell(TinyLayer.query(1, 0, 3));

    assertThat(expect(LayerReply.Missing.class).microBatches()).containsExactly(1, 2);
  }

  @Test
  void fetchIsAnsweredWithTheNewestThatIsNotTooNew() {
    for (long step = 1; step <= 3; step++) {
      tell(gradients(step));
      expectReady(step);
      tell(TinyLayer.apply(1, step));
      expect(LayerReply.Applied.class);
    }
    tell(fetch(0), fetch(5), fetch(1), fetch(3));

    assertThat(parameters().version()).as("asked for 1").isEqualTo(3);
    assertThat(parameters().version()).as("asked for 3").isEqualTo(3);
    assertThat(dropped()).as("version 0 is too old, version 5 too new").isEqualTo(2);
  }

  @Test
  void whoHoldsLessThanItShouldHasLostSomething() {
    tell(TinyLayer.query(1, 1, 2));

    expect(LayerReply.Unloaded.class);
  }
}
