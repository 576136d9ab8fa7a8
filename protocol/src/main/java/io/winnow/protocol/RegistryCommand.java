package io.winnow.protocol;

import akka.actor.typed.ActorRef;
import java.util.List;

/** What the registry of runs is told. */
public sealed interface RegistryCommand extends RegistryMessage, Wire {
  /** This run exists and stands so. Idempotent; journalled when it is news. */
  record Note(RunId run, RunStatus status) implements RegistryCommand {}

  /**
   * Let this run in as soon as there is room: it is told {@link CoordinatorCommand.EnsureRunning}
   * then, and {@link CoordinatorCommand.Queued} until then. Idempotent; asked from time to time.
   *
   * @param priority higher ones come first
   */
  record LetIn(RunId run, int priority) implements RegistryCommand {}

  /** Which runs are there? */
  record ListRuns(ActorRef<Runs> replyTo) implements RegistryCommand {}

  /** One run's entry. */
  record Entry(RunId run, RunStatus status) {}

  /** The answer to ListRuns, in the order of submission. */
  record Runs(List<Entry> entries) implements Wire {
    public Runs {
      entries = List.copyOf(entries);
    }
  }
}
