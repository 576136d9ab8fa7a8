package io.winnow.actors.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.http.javadsl.model.StatusCodes;
import akka.pattern.StatusReply;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.actors.worker.Worker;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What the gateway asks actors; nothing waits. */
final class RunAsks {
  /** For what a coordinator answers at once, wherever it lives; it may have to be started first. */
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  private final WinnowNode node;

  RunAsks(WinnowNode node) {
    this.node = node;
  }

  /** All runs, in the order of their submission. */
  CompletionStage<RegistryCommand.Runs> runs(Duration deadline) {
    return AskPattern.ask(
        node.registry(), RegistryCommand.ListRuns::new, deadline, node.system().scheduler());
  }

  /** How many workers are registered in the cluster. */
  CompletionStage<Integer> workers() {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            node.system().receptionist(),
            replyTo -> Receptionist.find(Worker.KEY, replyTo),
            AT_ONCE,
            node.system().scheduler())
        .thenApply(listing -> listing.getServiceInstances(Worker.KEY).size());
  }

  /** How far a run is; its status is UNKNOWN or REMOVED where there is none. */
  CompletionStage<RunStanding> standing(RunId run) {
    return ask(run, AT_ONCE, replyTo -> new CoordinatorCommand.GetStanding(run, replyTo));
  }

  /** How far a run is that exists, or a refusal (404). */
  CompletionStage<RunStanding> known(RunId run) {
    return standing(run)
        .thenApply(
            found -> {
              if (!isKnown(found.view())) {
                throw new Refusal(StatusCodes.NOT_FOUND, "there is no run '" + run + "' here");
              }
              return found;
            });
  }

  static boolean isKnown(RunView view) {
    return view.status() != RunStatus.UNKNOWN && view.status() != RunStatus.REMOVED;
  }

  /** A command that is answered at once. */
  CompletionStage<RunView> tell(
      RunId run, Function<ActorRef<StatusReply<RunView>>, CoordinatorMessage> command) {
    return ask(run, AT_ONCE, command);
  }

  /** A question or command to a run's coordinator. */
  <T> CompletionStage<T> ask(
      RunId run,
      Duration deadline,
      Function<ActorRef<StatusReply<T>>, CoordinatorMessage> command) {
    return ClusterSharding.get(node.system())
        .entityRefFor(RunCoordinator.TYPE, run.value())
        .askWithStatus(command::apply, deadline);
  }
}
