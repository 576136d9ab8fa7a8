package io.winnow.actors.client;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import akka.persistence.jdbc.query.javadsl.JdbcReadJournal;
import akka.persistence.query.EventEnvelope;
import akka.persistence.query.PersistenceQuery;
import akka.stream.javadsl.Sink;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.actors.run.RunEventRecord;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A run as a program outside the actors handles it: commands that wait for their answer, and events
 * as callbacks. Not for use inside actors.
 */
public final class RunClient {
  /** Long enough for a cluster to form and a journal to be replayed on a slow machine. */
  private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(120);

  /** A question that is lost with a coordinator that moves is asked again. */
  private static final Duration AGAIN_AFTER = Duration.ofSeconds(5);

  private final WinnowNode node;
  private final RunId run;
  private @Nullable ActorRef<RunEvent> watcher;

  public RunClient(WinnowNode node, RunId run) {
    this.node = node;
    this.run = run;
  }

  /** Begins the run, or finds that it was begun with the same configuration. */
  public RunView submit(String config) {
    return await(askAgain(replyTo -> new CoordinatorCommand.Submit(run, config, replyTo)));
  }

  /** Lets the run go on after a pause or an interruption. */
  public RunView resume() {
    return await(askAgain(replyTo -> new CoordinatorCommand.Resume(run, replyTo)));
  }

  /** Gives the run, which stands still, another configuration to go on with. */
  public RunView reconfigure(String config) {
    return await(ask(replyTo -> new CoordinatorCommand.Reconfigure(run, config, replyTo)));
  }

  /** Asks for a checkpoint and a stop; completes when the run stands still. */
  public CompletionStage<RunView> pause(String reason) {
    return ask(replyTo -> new CoordinatorCommand.Pause(run, reason, replyTo));
  }

  /** Changes a setting from the next step on. */
  public RunView set(String path, String value) {
    return await(ask(replyTo -> new CoordinatorCommand.Set(run, path, value, replyTo)));
  }

  /** How the run stands; UNKNOWN or REMOVED where the store holds nothing of it. */
  public RunView view() {
    return await(askAgain(replyTo -> new CoordinatorCommand.GetRun(run, replyTo)));
  }

  /** Deletes what the store holds of the run. */
  public RunView remove() {
    RunView removed = await(ask(replyTo -> new CoordinatorCommand.Remove(run, replyTo)));
    node.deleteBlobs(run); // layers were asked to, but may not come to it before the node closes
    return removed;
  }

  /** Tells {@code listener} what happens, one event at a time, on a thread that may block. */
  public void follow(Consumer<RunEvent> listener) {
    watcher =
        node.system()
            .systemActorOf(
                Behaviors.receiveMessage(
                    event -> {
                      listener.accept(event);
                      return Behaviors.same();
                    }),
                "watch-" + run,
                Props.empty().withDispatcherFromConfig(blocking()));
    attach();
  }

  /** Subscribes once more, in case that the coordinator is a new one and knows nobody. */
  public void attach() {
    node.post().toCoordinator(run, new CoordinatorCommand.Attach(run, watcher));
  }

  private static String blocking() {
    return "akka.actor.default-blocking-io-dispatcher";
  }

  /** All rows of counted checkpoints, from the journal: what metrics.jsonl is a projection of. */
  public List<MetricsRow> countedRows() {
    return rowsWhenRead().toCompletableFuture().join();
  }

  /** The same without waiting. */
  public CompletionStage<List<MetricsRow>> rowsWhenRead() {
    ActorSystem<?> system = node.system();
    return PersistenceQuery.get(system)
        .getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier())
        .currentEventsByPersistenceId("run|" + run, 0, Long.MAX_VALUE)
        .map(EventEnvelope::event)
        .runWith(Sink.seq(), system)
        .thenApply(RunClient::rowsOfLastSubmission);
  }

  /** A name that was removed and used again has an older run before it in the journal. */
  private static List<MetricsRow> rowsOfLastSubmission(List<Object> events) {
    List<MetricsRow> rows = new java.util.ArrayList<>();
    for (Object event : events) {
      if (event instanceof RunEventRecord.Submitted) {
        rows.clear();
      } else if (event instanceof RunEventRecord.CheckpointCounted counted) {
        rows.addAll(counted.rows());
      }
    }
    return rows;
  }

  private CompletionStage<RunView> ask(
      Function<ActorRef<StatusReply<RunView>>, CoordinatorMessage> command) {
    return ask(node, run, ANSWER_DEADLINE, command);
  }

  /** For what changes nothing when it is heard twice. */
  private CompletionStage<RunView> askAgain(
      Function<ActorRef<StatusReply<RunView>>, CoordinatorMessage> command) {
    return askUntil(System.nanoTime() + ANSWER_DEADLINE.toNanos(), command);
  }

  private CompletionStage<RunView> askUntil(
      long endNanos, Function<ActorRef<StatusReply<RunView>>, CoordinatorMessage> command) {
    return ask(node, run, AGAIN_AFTER, command)
        .exceptionallyCompose(
            failure ->
                isUnanswered(failure) && System.nanoTime() < endNanos
                    ? askUntil(endNanos, command)
                    : CompletableFuture.failedStage(failure));
  }

  private static boolean isUnanswered(Throwable failure) {
    return failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException;
  }

  /** A question or command to a run's coordinator, wherever it lives; does not wait. */
  public static <T> CompletionStage<T> ask(
      WinnowNode node,
      RunId run,
      Duration deadline,
      Function<ActorRef<StatusReply<T>>, CoordinatorMessage> command) {
    return ClusterSharding.get(node.system())
        .entityRefFor(RunCoordinator.TYPE, run.value())
        .askWithStatus(command::apply, deadline);
  }

  private static RunView await(CompletionStage<RunView> answer) {
    try {
      return answer.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusReply.ErrorMessage refusal) {
        throw UserProblem.failure(refusal.getMessage());
      }
      throw UserProblem.failure(
          "the run did not answer within "
              + ANSWER_DEADLINE.toSeconds()
              + " s: "
              + e.getCause().getMessage(),
          e.getCause());
    }
  }
}
