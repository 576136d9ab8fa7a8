package io.winnow.actors.run;

import akka.Done;
import akka.actor.Cancellable;
import akka.actor.CoordinatedShutdown;
import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.Cluster;
import akka.cluster.MemberStatus;
import io.winnow.protocol.CoordinatorMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A node that leaves in order, while a coordinator is on it and all layers can still be reached:
 * whoever goes on elsewhere begins at a checkpoint that is made now. Confined to the coordinator.
 */
final class Departure {
  private static final String PHASE = CoordinatedShutdown.PhaseBeforeClusterShutdown();

  /** Said when the node begins to leave; answered when nothing is lost any more by leaving. */
  record Begins(ActorRef<Done> replyTo)
      implements CoordinatorMessage, NoSerializationVerificationNeeded {}

  private final Cancellable task;
  private final List<ActorRef<Done>> awaiting = new ArrayList<>();

  /** From now on the node does not leave before it told this coordinator. */
  Departure(ActorContext<CoordinatorMessage> context) {
    ActorSystem<Void> system = context.getSystem();
    ActorRef<CoordinatorMessage> self = context.getSelf();
    this.task =
        CoordinatedShutdown.get(system)
            .addCancellableTask(PHASE, "checkpoint " + self.path().name(), () -> ask(system, self));
  }

  private static CompletionStage<Done> ask(
      ActorSystem<Void> system, ActorRef<CoordinatorMessage> coordinator) {
    MemberStatus status = Cluster.get(system).selfMember().status();
    if (!status.equals(MemberStatus.up()) && !status.equals(MemberStatus.leaving())) {
      return CompletableFuture.completedFuture(Done.getInstance()); // others took over already
    }
    Duration limit =
        system
            .settings()
            .config()
            .getDuration("akka.coordinated-shutdown.phases." + PHASE + ".timeout");
    return AskPattern.ask(coordinator, Begins::new, limit, system.scheduler());
  }

  void await(Begins begins) {
    awaiting.add(begins.replyTo());
  }

  /** A checkpoint counts, or none is to come. */
  void mayGo() {
    awaiting.forEach(replyTo -> replyTo.tell(Done.getInstance()));
    awaiting.clear();
  }

  /** The coordinator is no more. */
  void cancel() {
    task.cancel();
  }
}
