package io.winnow.actors.run;

import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.config.RunConfig;
import io.winnow.model.task.Batch;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.StepRules;
import io.winnow.protocol.SweepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run is, worked out from its configuration, its model folder and its data; the
 * same wherever and whenever it is worked out.
 *
 * @param rules rules of the first step, before any command
 * @param layers plan of each layer, in layer order
 * @param initial values of each layer at version 0, in layer order: all of its tensors, and the
 *     heads that begin with those of an adapter
 * @param dataFingerprint of the tokenised examples, which covers data files and tokenizer, and of
 *     the adapter that the run begins with
 */
public record RunPlan(
    RunConfig config,
    StepRules rules,
    SweepPlan sweep,
    List<LayerPlan> layers,
    List<LayerParameters> initial,
    Examples train,
    @Nullable Evaluation validation,
    String dataFingerprint) {
  public RunPlan {
    layers = List.copyOf(layers);
    initial = List.copyOf(initial);
  }

  /** What draws the examples of each step. */
  Sampler sampler() {
    RunConfig.Training training = config.training();
    return training.groupByLength()
        ? Sampler.byLength(
            config.seed(),
            IntStream.range(0, train.size()).map(train::length).toArray(),
            training.batchSize())
        : new Sampler(config.seed(), train.size(), training.batchSize());
  }

  /** Micro-batches of the configured size, in order; never a function of the workers. */
  List<Batch> cut(Examples examples, int[] indices) {
    int size = config.training().microBatch();
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < indices.length; from += size) {
      int to = Math.min(indices.length, from + size);
      batches.add(examples.collate(Arrays.copyOfRange(indices, from, to)));
    }
    return batches;
  }

  /** Optimizer steps of the whole run. */
  public long totalSteps() {
    return rules.totalSteps();
  }
}
