package io.winnow.model.task;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.arch.Network;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;

/**
 * Which layers of a run are complete as a backward sweep goes down: a layer waits for the lowest
 * block that any of its live members lies in.
 */
final class LayerProgress {
  private final Network network;
  private final List<LayerSpec> waiting;

  /** All layers of a run, the last in forward order first. */
  LayerProgress(Network network, List<LayerSpec> backwards) {
    this.network = network;
    this.waiting = new ArrayList<>(backwards);
  }

  /** The layers that this block completes; each layer is named once. */
  List<LayerSpec> completedBy(int block) {
    var completed = waiting.stream().filter(layer -> lowest(layer) == block).toList();
    waiting.removeAll(completed);
    return completed;
  }

  /** Numbered as in {@link LinearSite}; the head is above all blocks, the stem below them. */
  private int lowest(LayerSpec layer) {
    int above = network.architecture().blocks();
    int lowest = above + 1;
    for (AdapterSpec adapter : layer.adapters()) {
      var slot = network.slot(adapter.id().module());
      if (slot.isBound()) {
        lowest = Math.min(lowest, height(slot.site().block(), above));
      }
    }
    for (TensorSpec tensor : layer.tensors()) {
      lowest = Math.min(lowest, height(network.parameter(tensor.name()).block(), above));
    }
    return lowest == above ? LinearSite.HEAD : lowest;
  }

  private static int height(int block, int above) {
    return block == LinearSite.HEAD ? above : block;
  }
}
