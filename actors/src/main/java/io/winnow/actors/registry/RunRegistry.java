package io.winnow.actors.registry;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import io.winnow.actors.node.Post;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The list of runs, one per cluster. A dead coordinator is woken by nobody else: at start and from
 * time to time the registry tells every unfinished run to run, which those that do ignore.
 */
public final class RunRegistry
    extends EventSourcedBehavior<RegistryMessage, RegistryEvent, Map<RunId, RunStatus>> {
  private enum Internal implements RegistryMessage, NoSerializationVerificationNeeded {
    WAKE
  }

  private final Post post;
  private final Predicate<RunId> mayWake;

  private RunRegistry(Post post, Predicate<RunId> mayWake) {
    super(
        PersistenceId.ofUniqueId("registry"),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.post = post;
    this.mayWake = mayWake;
  }

  /**
   * The registry.
   *
   * @param every how often unfinished runs are told to run
   * @param mayWake which runs this cluster works on; a process that was started for one run leaves
   *     the others of its workspace alone
   */
  public static Behavior<RegistryMessage> create(
      Post post, Duration every, Predicate<RunId> mayWake) {
    return Behaviors.withTimers(
        (TimerScheduler<RegistryMessage> timers) -> {
          timers.startTimerWithFixedDelay(Internal.WAKE, every);
          return new RunRegistry(post, mayWake);
        });
  }

  @Override
  public Map<RunId, RunStatus> emptyState() {
    return Map.of();
  }

  @Override
  public CommandHandler<RegistryMessage, RegistryEvent, Map<RunId, RunStatus>> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(RegistryCommand.Note.class, this::onNote)
        .onCommand(RegistryCommand.ListRuns.class, this::onListRuns)
        .onCommand(Internal.class, (runs, wake) -> Effect().none().thenRun(this::wake))
        .build();
  }

  @Override
  public EventHandler<Map<RunId, RunStatus>, RegistryEvent> eventHandler() {
    return (runs, event) -> {
      Map<RunId, RunStatus> after = new LinkedHashMap<>(runs);
      if (event.status() == RunStatus.REMOVED) {
        after.remove(new RunId(event.run()));
      } else {
        after.put(new RunId(event.run()), event.status());
      }
      return after;
    };
  }

  @Override
  public SignalHandler<Map<RunId, RunStatus>> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (runs, signal) -> wake(runs))
        .build();
  }

  private Effect<RegistryEvent, Map<RunId, RunStatus>> onNote(
      Map<RunId, RunStatus> runs, RegistryCommand.Note note) {
    RunStatus known = runs.getOrDefault(note.run(), RunStatus.REMOVED);
    return known == note.status()
        ? Effect().none()
        : Effect().persist(new RegistryEvent(note.run().value(), note.status()));
  }

  private Effect<RegistryEvent, Map<RunId, RunStatus>> onListRuns(
      Map<RunId, RunStatus> runs, RegistryCommand.ListRuns list) {
    list.replyTo()
        .tell(
            new RegistryCommand.Runs(
                runs.entrySet().stream()
                    .map(e -> new RegistryCommand.Entry(e.getKey(), e.getValue()))
                    .toList()));
    return Effect().none();
  }

  private void wake(Map<RunId, RunStatus> runs) {
    runs.forEach(
        (run, status) -> {
          if (status.isUnfinished() && mayWake.test(run)) {
            post.toCoordinator(run, new CoordinatorCommand.EnsureRunning(run));
          }
        });
  }
}
