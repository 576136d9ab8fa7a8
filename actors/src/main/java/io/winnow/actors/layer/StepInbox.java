package io.winnow.actors.layer;

import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.train.GradientSum;
import io.winnow.protocol.LayerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The gradients that came in for one step, by micro-batch; at most one of each. Complete when all
 * are in; then it holds their sum, made in micro-batch order whatever the order of arrival.
 * Confined to the layer's actor.
 */
final class StepInbox {
  private final SortedMap<Integer, LayerGradient> parts = new TreeMap<>();
  private @Nullable LayerGradient sum;

  private StepInbox(@Nullable LayerGradient sum) {
    this.sum = sum;
  }

  static StepInbox empty() {
    return new StepInbox(null);
  }

  /** The inbox of a step whose gradients are all in. */
  static StepInbox complete(LayerGradient sum) {
    return new StepInbox(sum);
  }

  boolean has(int microBatch) {
    return sum != null || parts.containsKey(microBatch);
  }

  boolean isComplete() {
    return sum != null;
  }

  /** This inbox, with one more gradient in it. */
  StepInbox with(LayerCommand.Gradient gradient) {
    parts.put(gradient.microBatch(), gradient.gradient());
    if (parts.size() >= gradient.microBatches()) {
      sum = GradientSum.of(new ArrayList<>(parts.values()));
      parts.clear();
    }
    return this;
  }

  LayerGradient total() {
    if (sum == null) {
      throw new IllegalStateException("micro-batches are lacking: only " + parts.keySet());
    }
    return sum;
  }

  List<Integer> missing(int microBatches) {
    return IntStream.range(0, microBatches).filter(i -> !has(i)).boxed().toList();
  }
}
