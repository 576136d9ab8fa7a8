package io.winnow.actors.node;

import akka.actor.typed.ActorRef;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;

/**
 * How sharded actors are reached: by run and layer, wherever they live. The one seam at which tests
 * lose, double and delay messages.
 */
public interface Post {
  /** To a layer of a run. */
  void toLayer(RunId run, String layer, LayerCommand command);

  /** To a worker that asked a layer for its parameters. */
  default void toWorker(ActorRef<WorkerMessage> worker, WorkerCommand.Parameters parameters) {
    worker.tell(parameters);
  }

  /** To a run's coordinator. */
  void toCoordinator(RunId run, CoordinatorMessage message);

  /** To the registry of runs. */
  void toRegistry(RegistryMessage message);
}
