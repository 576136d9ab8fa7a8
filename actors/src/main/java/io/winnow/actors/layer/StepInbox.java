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
 * The gradients that came in for one step, by micro-batch. Complete when all are in; then it holds
 * their sum, made in micro-batch order whatever the order of arrival.
 */
record StepInbox(SortedMap<Integer, LayerGradient> parts, @Nullable LayerGradient sum) {
  static StepInbox empty() {
    return new StepInbox(new TreeMap<>(), null);
  }

  /** The inbox of a step whose gradients are all in. */
  static StepInbox complete(LayerGradient sum) {
    return new StepInbox(new TreeMap<>(), sum);
  }

  boolean has(int microBatch) {
    return sum != null || parts.containsKey(microBatch);
  }

  boolean isComplete() {
    return sum != null;
  }

  StepInbox with(LayerCommand.Gradient gradient) {
    SortedMap<Integer, LayerGradient> all = new TreeMap<>(parts);
    all.put(gradient.microBatch(), gradient.gradient());
    return all.size() < gradient.microBatches()
        ? new StepInbox(all, null)
        : new StepInbox(new TreeMap<>(), GradientSum.of(new ArrayList<>(all.values())));
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
