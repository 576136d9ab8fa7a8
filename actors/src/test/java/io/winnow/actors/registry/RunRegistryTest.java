package io.winnow.actors.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.node.Post;
import io.winnow.actors.worker.Worker;
import io.winnow.protocol.CoordinatorCommand.EnsureRunning;
import io.winnow.protocol.CoordinatorCommand.Queued;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The registry alone, on a journal in memory, with slots that the test registers. */
class RunRegistryTest {
  private static final Duration EVERY = Duration.ofSeconds(3);
  private static final RunId A = new RunId("a");
  private static final RunId B = new RunId("b");
  private static final RunId C = new RunId("c");

  private final ActorTestKit kit =
      ActorTestKit.create(
          ManualTime.config()
              .withFallback(PersistenceTestKitPlugin.config())
              .withFallback(
                  ConfigFactory.parseString(
                      "akka.actor.provider = local\n"
                          + "akka.actor.serializers.j ="
                          + " \"io.winnow.actors.registry.RegistryJournalSerializer\"\n"
                          + "akka.actor.serialization-bindings"
                          + ".\"io.winnow.actors.registry.RegistryEvent\" = j"))
              .withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<CoordinatorMessage> runs = kit.createTestProbe(CoordinatorMessage.class);
  private ActorRef<RegistryMessage> registry = spawn();

  private final class ProbePost implements Post {
    @Override
    public void toLayer(RunId run, String layer, LayerCommand command) {}

    @Override
    public void toCoordinator(RunId run, CoordinatorMessage message) {
      runs.getRef().tell(message);
    }

    @Override
    public void toRegistry(RegistryMessage message) {}
  }

  private ActorRef<RegistryMessage> spawn() {
    return kit.spawn(
        RunRegistry.create(new ProbePost(), EVERY, new Admission.Queue(1), run -> true));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<WorkerMessage> slot() {
    TestProbe<WorkerMessage> worker = kit.createTestProbe(WorkerMessage.class);
    kit.system().receptionist().tell(Receptionist.register(Worker.KEY, worker.getRef()));
    return worker.getRef();
  }

  private void letIn(RunId run, int priority) {
    registry.tell(new RegistryCommand.LetIn(run, priority));
  }

  private void note(RunId run, RunStatus status) {
    registry.tell(new RegistryCommand.Note(run, status));
  }

  @Test
  void runsWaitForSlotsAndTheNextIsLetInWhenOneIsPausedFinishedOrRemoved() {
    letIn(A, 0);
    runs.expectMessage(new Queued(A, 1, 1));
    slot();
    runs.expectMessage(new EnsureRunning(A));
    letIn(B, 0);
    runs.expectMessage(new Queued(B, 1, 1));
    letIn(C, 1);
    runs.expectMessage(new Queued(C, 1, 2));
    runs.expectMessage(new Queued(B, 2, 2));

    note(A, RunStatus.PAUSED);
    runs.expectMessage(new EnsureRunning(C));
    runs.expectMessage(new Queued(B, 1, 1));
    note(C, RunStatus.FINISHED);
    runs.expectMessage(new EnsureRunning(B));
    letIn(A, 0);
    runs.expectMessage(new Queued(A, 1, 1));
    note(B, RunStatus.REMOVED);
    runs.expectMessage(new EnsureRunning(A));
  }

  @Test
  void askingAgainIsAnsweredAndJournalsNothing() {
    slot();
    letIn(A, 0);
    letIn(B, 0);
    awaitIn(A);
    runs.expectMessage(new Queued(B, 1, 1));
    int events = journal.persistedInStorage("registry").size();
    letIn(A, 0);
    runs.expectMessage(new EnsureRunning(A));
    letIn(B, 0);
    runs.expectMessage(new Queued(B, 1, 1));

    assertThat(journal.persistedInStorage("registry")).hasSize(events);
  }

  /** The slot may be seen before or after the run. */
  private void awaitIn(RunId run) {
    CoordinatorMessage message = runs.receiveMessage();
    while (!message.equals(new EnsureRunning(run))) {
      message = runs.receiveMessage();
    }
  }

  @Test
  void newRegistryKnowsWhoWasLetInAndWhoWaits() {
    slot();
    letIn(A, 0);
    awaitIn(A);
    letIn(B, 7);
    runs.expectMessage(new Queued(B, 1, 1));
    kit.stop(registry);
    registry = spawn();

    runs.expectMessage(new EnsureRunning(A));
    runs.expectMessage(new Queued(B, 1, 1));
    letIn(C, 5);
    runs.expectMessage(new Queued(B, 1, 2));
    runs.expectMessage(new Queued(C, 2, 2));
  }

  @Test
  void everyRunIsToldAgainFromTimeToTime() {
    slot();
    letIn(A, 0);
    awaitIn(A);
    letIn(B, 0);
    runs.expectMessage(new Queued(B, 1, 1));
    time.timePasses(EVERY);

    runs.expectMessage(new EnsureRunning(A));
    runs.expectMessage(new Queued(B, 1, 1));
  }
}
