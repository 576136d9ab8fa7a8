package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.JournalOperation;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.WriteEvents;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.registry.Admission;
import io.winnow.actors.run.Planner;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.actors.run.RunEventRecord;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator alone, on a journal in memory: what it does when the journal fails or plans do. */
class CoordinatorJournalTest {
  private static final Config SERIALIZERS =
      ConfigFactory.parseString(
          "akka.actor.serializers.j = \"io.winnow.actors.run.RunJournalSerializer\"\n"
              + "akka.actor.serialization-bindings"
              + ".\"io.winnow.actors.run.RunEventRecord\" = j");
  private static final Config PATIENCE =
      ConfigFactory.parseString("akka.actor.testkit.typed.single-expect-default = 60s");

  /** The step loop listens for nodes that go, so it needs to be on one. */
  private static final Config NODE =
      ConfigFactory.parseString(
          "akka.actor.provider = cluster\n"
              + "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }");

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          PATIENCE
              .withFallback(NODE)
              .withFallback(PersistenceTestKitPlugin.config())
              .withFallback(SERIALIZERS)
              .withFallback(load()));
  private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
  private static final RunId RUN = new RunId("run");
  private static final String PERSISTENCE_ID = "run|run";

  @TempDir static Path folder;
  private TestProbe<RunEvent> events;
  private TestProbe<RegistryMessage> registry;
  private TestProbe<StatusReply<RunView>> replies;

  private static Config load() {
    return ConfigFactory.load();
  }

  @BeforeEach
  void clear() {
    JOURNAL.clearAll();
    events = KIT.createTestProbe(RunEvent.class);
    registry = KIT.createTestProbe(RegistryMessage.class);
    replies = KIT.createTestProbe();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** Layers never answer. */
  private final class SilentPost implements Post {
    @Override
    public void toLayer(RunId run, String layer, LayerCommand command) {}

    @Override
    public void toCoordinator(RunId run, CoordinatorMessage message) {}

    @Override
    public void toRegistry(RegistryMessage message) {
      registry.getRef().tell(message);
    }
  }

  private ActorRef<CoordinatorMessage> submitted(Planner planner) {
    ActorRef<CoordinatorMessage> run =
        KIT.spawn(
            RunCoordinator.create(
                RUN.value(),
                new RunCoordinator.Surroundings(
                    new SilentPost(), planner, new Admission.AtOnce())));
    run.tell(new CoordinatorCommand.Attach(RUN, events.getRef()));
    events.expectMessageClass(RunEvent.Attached.class);
    run.tell(new CoordinatorCommand.Submit(RUN, TinyRun.config(folder), replies.getRef()));
    assertThat(replies.receiveMessage().getValue().status()).isEqualTo(RunStatus.RUNNING);
    return run;
  }

  @Test
  void journalThatFailsOnceNeitherLosesAPauseNorLeavesTheRunForDead() {
    ActorRef<CoordinatorMessage> run = submitted(TestNode.planner());
    assertThat(events.expectMessageClass(RunEvent.AttemptBegan.class).attempt()).isEqualTo(1);
    JOURNAL.failNextPersisted(PERSISTENCE_ID);
    run.tell(new CoordinatorCommand.Pause(RUN, "a person said so", replies.getRef()));

    RunEvent.AttemptBegan second =
        events.awaitAssert(
            () -> {
              run.tell(new CoordinatorCommand.EnsureRunning(RUN));
              return events.expectMessageClass(
                  RunEvent.AttemptBegan.class, java.time.Duration.ofMillis(100));
            });
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(replies.receiveMessage().getValue().status()).isEqualTo(RunStatus.PAUSED);
  }

  @Test
  void attemptThatCouldNotBeJournalledIsBegunAgain() {
    ActorRef<CoordinatorMessage> run = submitted(TestNode.planner());
    events.expectMessageClass(RunEvent.AttemptBegan.class);
    run.tell(new CoordinatorCommand.Pause(RUN, "a person said so", replies.getRef()));
    replies.receiveMessage();
    events.expectMessageClass(RunEvent.RunPaused.class);
    JOURNAL.failNextNOpsCond((id, operation) -> writesAttempt(operation), 1);
    run.tell(new CoordinatorCommand.Resume(RUN, replies.getRef()));
    replies.receiveMessage();

    RunEvent.AttemptBegan second =
        events.awaitAssert(
            () -> {
              run.tell(new CoordinatorCommand.EnsureRunning(RUN));
              return events.expectMessageClass(
                  RunEvent.AttemptBegan.class, java.time.Duration.ofMillis(100));
            });
    assertThat(second.attempt()).isEqualTo(2);
  }

  @Test
  void attachingAgainIsAnsweredAndDoublesNothing() {
    ActorRef<CoordinatorMessage> run = submitted(TestNode.planner());
    events.expectMessageClass(RunEvent.AttemptBegan.class);
    run.tell(new CoordinatorCommand.Attach(RUN, events.getRef()));
    assertThat(events.expectMessageClass(RunEvent.Attached.class).view().status())
        .isEqualTo(RunStatus.RUNNING);
    run.tell(new CoordinatorCommand.Pause(RUN, "a person said so", replies.getRef()));
    replies.receiveMessage();
    events.expectMessageClass(RunEvent.RunPaused.class);
    run.tell(new CoordinatorCommand.Attach(RUN, events.getRef()));

    RunView paused = events.expectMessageClass(RunEvent.Attached.class).view();
    assertThat(paused.status()).isEqualTo(RunStatus.PAUSED);
    assertThat(paused.reason()).isEqualTo("a person said so");
    events.expectNoMessage();
  }

  private static boolean writesAttempt(JournalOperation operation) {
    return operation instanceof WriteEvents write
        && write.getBatch().stream().anyMatch(RunEventRecord.AttemptTaken.class::isInstance);
  }

  @Test
  void planThatCannotBeMadePausesTheRunWithTheReason() {
    submitted(
        config -> {
          throw UserProblem.usage("data.train: no such file");
        });
    RunEvent.RunPaused paused = events.expectMessageClass(RunEvent.RunPaused.class);

    assertThat(paused.reason()).isEqualTo("data.train: no such file");
    registry.expectMessage(new RegistryCommand.Note(RUN, RunStatus.RUNNING));
    registry.expectMessage(new RegistryCommand.Note(RUN, RunStatus.PAUSED));
  }

  @Test
  void commandWhoseRunIsPausedBeforeItIsJournalledIsRefused() {
    ActorRef<CoordinatorMessage> run = submitted(TestNode.planner());
    events.expectMessageClass(RunEvent.AttemptBegan.class);
    run.tell(new CoordinatorCommand.Set(RUN, "optimizer.lr", "1e-4", replies.getRef()));
    run.tell(new CoordinatorCommand.Pause(RUN, "a person said so", replies.getRef()));

    StatusReply<RunView> pause = replies.receiveMessage();
    StatusReply<RunView> set = replies.receiveMessage();
    assertThat(pause.getValue().status()).isEqualTo(RunStatus.PAUSED);
    assertThat(set.isError()).isTrue();
    assertThat(set.getError().getMessage()).contains("is not running");
  }
}
