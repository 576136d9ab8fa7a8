package io.winnow.actors.registry;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import io.winnow.actors.node.Post;
import io.winnow.actors.worker.Worker;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The list of runs and the queue of those that wait, one per cluster. A dead coordinator is woken
 * by nobody else: at start and from time to time the registry tells every run that was let in to
 * run, which those that do ignore, and every one that waits its place. A coordinator that knows
 * better answers with how it stands.
 */
public final class RunRegistry
    extends EventSourcedBehavior<RegistryMessage, RegistryEvent, RunQueue> {
  private enum Internal implements RegistryMessage, NoSerializationVerificationNeeded {
    WAKE
  }

  private record Slots(int count) implements RegistryMessage, NoSerializationVerificationNeeded {}

  private final Post post;
  private final Admission admission;
  private final Predicate<RunId> mayWake;
  private int slots;
  private List<RunId> toldPlaces = List.of();

  private RunRegistry(Post post, Admission admission, Predicate<RunId> mayWake) {
    super(
        PersistenceId.ofUniqueId("registry"),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.1));
    this.post = post;
    this.admission = admission;
    this.mayWake = mayWake;
  }

  /**
   * The registry.
   *
   * @param every how often runs are told to run
   * @param mayWake which runs this cluster works on; a process that was started for one run leaves
   *     the others of its workspace alone
   */
  public static Behavior<RegistryMessage> create(
      Post post, Duration every, Admission admission, Predicate<RunId> mayWake) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Internal.WAKE, every);
                  if (admission.isQueue()) {
                    countSlots(context);
                  }
                  return new RunRegistry(post, admission, mayWake);
                }));
  }

  private static void countSlots(ActorContext<RegistryMessage> context) {
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                Worker.KEY,
                context.messageAdapter(
                    Receptionist.Listing.class,
                    listing -> new Slots(listing.getServiceInstances(Worker.KEY).size()))));
  }

  @Override
  public RunQueue emptyState() {
    return RunQueue.EMPTY;
  }

  @Override
  public CommandHandler<RegistryMessage, RegistryEvent, RunQueue> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(RegistryCommand.Note.class, this::onNote)
        .onCommand(RegistryCommand.LetIn.class, this::onLetIn)
        .onCommand(RegistryCommand.ListRuns.class, this::onListRuns)
        .onCommand(Slots.class, this::onSlots)
        .onCommand(Internal.class, (queue, wake) -> onWake(queue))
        .build();
  }

  @Override
  public EventHandler<RunQueue, RegistryEvent> eventHandler() {
    return RunQueue::after;
  }

  @Override
  public SignalHandler<RunQueue> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.class, (queue, signal) -> wake(queue))
        .build();
  }

  private Effect<RegistryEvent, RunQueue> onNote(RunQueue queue, RegistryCommand.Note note) {
    if (queue.statusOf(note.run()) == note.status()) {
      return Effect().none();
    }
    int priority = queue.priorityOf(note.run());
    return persist(queue, List.of(new RegistryEvent(note.run().value(), note.status(), priority)));
  }

  private Effect<RegistryEvent, RunQueue> onLetIn(RunQueue queue, RegistryCommand.LetIn asks) {
    RunId run = asks.run();
    RunStatus status = queue.statusOf(run);
    if (status == RunStatus.RUNNING) {
      return Effect().none().thenRun(now -> tell(now, run));
    } else if (status == RunStatus.QUEUED && queue.priorityOf(run) == asks.priority()) {
      return Effect().none().thenRun(now -> tell(now, run));
    }
    RegistryEvent waits = new RegistryEvent(run.value(), RunStatus.QUEUED, asks.priority());
    return persist(queue, List.of(waits));
  }

  private Effect<RegistryEvent, RunQueue> onSlots(RunQueue queue, Slots found) {
    slots = found.count;
    return persist(queue, List.of());
  }

  /** Journals what happened, and who is let in because of it. */
  private Effect<RegistryEvent, RunQueue> persist(RunQueue queue, List<RegistryEvent> happened) {
    RunQueue then = queue;
    for (RegistryEvent event : happened) {
      then = then.after(event);
    }
    List<RegistryEvent> letIn = then.lettingIn(room());
    List<RegistryEvent> all = new ArrayList<>(happened);
    all.addAll(letIn);
    return all.isEmpty()
        ? Effect().none()
        : Effect()
            .persist(all)
            .thenRun(
                now -> {
                  letIn.forEach(event -> tell(now, new RunId(event.run())));
                  tellPlaces(now);
                });
  }

  /** How many the registry lets run at once. */
  private long room() {
    return admission instanceof Admission.Queue rules
        ? (long) rules.runsPerSlot() * slots
        : 0; // whoever asks nobody needs no answer
  }

  private Effect<RegistryEvent, RunQueue> onListRuns(
      RunQueue queue, RegistryCommand.ListRuns list) {
    list.replyTo()
        .tell(
            new RegistryCommand.Runs(
                queue.runs().entrySet().stream()
                    .map(e -> new RegistryCommand.Entry(e.getKey(), e.getValue().status()))
                    .toList()));
    return Effect().none();
  }

  private Effect<RegistryEvent, RunQueue> onWake(RunQueue queue) {
    wake(queue);
    return persist(queue, List.of());
  }

  private void wake(RunQueue queue) {
    queue.runs().keySet().stream().filter(mayWake).forEach(run -> tell(queue, run));
  }

  private void tellPlaces(RunQueue queue) {
    List<RunId> waiting = queue.waiting();
    if (!waiting.equals(toldPlaces)) {
      toldPlaces = waiting;
      waiting.forEach(run -> tell(queue, run));
    }
  }

  private void tell(RunQueue queue, RunId run) {
    RunStatus status = queue.statusOf(run);
    if (status == RunStatus.RUNNING) {
      post.toCoordinator(run, new CoordinatorCommand.EnsureRunning(run));
    } else if (status == RunStatus.QUEUED) {
      List<RunId> waiting = queue.waiting();
      int place = waiting.indexOf(run) + 1;
      post.toCoordinator(run, new CoordinatorCommand.Queued(run, place, waiting.size()));
    }
  }
}
