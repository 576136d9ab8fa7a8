package io.winnow.actors.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.http.javadsl.model.StatusCodes;
import akka.pattern.StatusReply;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.worker.Worker;
import io.winnow.model.config.NearestName;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  WinnowNode node() {
    return node;
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

  /** How far a run is that exists, or a refusal (404), which names the run that was meant. */
  CompletionStage<RunStanding> known(RunId run) {
    return standing(run)
        .thenCompose(
            found ->
                found.view().status().isKnown()
                    ? CompletableFuture.completedStage(found)
                    : runs(AT_ONCE)
                        .handle((runs, silent) -> runs == null ? List.<String>of() : names(runs))
                        .thenApply(
                            names -> {
                              throw unknown(run, names);
                            }));
  }

  private static List<String> names(RegistryCommand.Runs runs) {
    return runs.entries().stream()
        .filter(entry -> entry.status().isKnown())
        .map(entry -> entry.run().value())
        .toList();
  }

  private static Refusal unknown(RunId run, List<String> names) {
    String hint =
        NearestName.of(run.value(), names).map(n -> "; did you mean " + n + "?").orElse("");
    return new Refusal(StatusCodes.NOT_FOUND, "there is no run '" + run + "' here" + hint);
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
    return RunClient.ask(node, run, deadline, command);
  }
}
