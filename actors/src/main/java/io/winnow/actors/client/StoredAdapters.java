package io.winnow.actors.client;

import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunView;
import java.util.List;

/** Reads what a run has learned back from a checkpoint of the store. */
public final class StoredAdapters {
  private StoredAdapters() {}

  /**
   * The live layers of a run's newest counted checkpoint, in layer order.
   *
   * @throws UserProblem if the run has no checkpoint yet, or a blob is missing or damaged
   */
  public static List<LayerState> counted(WinnowNode node, RunView view, List<LayerPlan> plans) {
    CheckpointId id = view.counted();
    if (id.equals(CheckpointId.START)) {
      throw UserProblem.failure(
          "run '" + view.run() + "' has no checkpoint yet; let it run until the first one");
    }
    return plans.stream()
        .filter(plan -> view.liveLayers().contains(plan.spec().id().name()))
        .map(plan -> layer(node, view, plan))
        .toList();
  }

  private static LayerState layer(WinnowNode node, RunView view, LayerPlan plan) {
    String layer = plan.spec().id().name();
    CheckpointId id = view.counted();
    byte[] blob =
        node.checkpoints()
            .load(new CheckpointStore.Key(view.run(), layer, id))
            .toCompletableFuture()
            .join()
            .orElseThrow(
                () ->
                    UserProblem.failure(
                        "the store has no checkpoint of layer "
                            + layer
                            + " at step "
                            + id.version()
                            + "; it does not belong to this run"));
    return LayerSnapshot.read(plan, id.version(), blob);
  }
}
