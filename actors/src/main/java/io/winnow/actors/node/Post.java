package io.winnow.actors.node;

import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;

/**
 * How sharded actors are reached: by run and layer, wherever they live. The one seam at which tests
 * lose, double and delay messages.
 */
public interface Post {
  /** To a layer of a run. */
  void toLayer(RunId run, String layer, LayerCommand command);

  /** To a run's coordinator. */
  void toCoordinator(RunId run, CoordinatorMessage message);

  /** To the registry of runs. */
  void toRegistry(RegistryMessage message);
}
