package io.winnow.actors.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.winnow.actors.node.Post;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.StepLoopMessage;

/** What the parts of a step loop have in common: which attempt of which run, and who hears them. */
record LoopContext(
    ActorContext<StepLoopMessage> actor,
    StepLoop.Attempt attempt,
    RunPlan plan,
    Post post,
    ActorRef<CoordinatorMessage> coordinator) {

  RunId run() {
    return attempt.run();
  }

  long number() {
    return attempt.number();
  }

  ActorRef<StepLoopMessage> self() {
    return actor.getSelf();
  }

  void report(StepLoopReport report) {
    coordinator.tell(report);
  }

  void tell(RunEvent event) {
    coordinator.tell(new StepLoopReport.Happened(number(), event));
  }

  void toLayer(String layer, LayerCommand command) {
    post.toLayer(run(), layer, command);
  }
}
