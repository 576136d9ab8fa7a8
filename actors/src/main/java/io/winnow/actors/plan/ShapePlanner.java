package io.winnow.actors.plan;

import io.winnow.actors.run.Examples;
import io.winnow.actors.run.Planner;
import io.winnow.actors.run.Rules;
import io.winnow.actors.run.RunPlan;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.protocol.SweepPlan;
import java.util.Arrays;
import java.util.List;

/** Plans measurements: made-up weights of a known shape and made-up examples without padding. */
public final class ShapePlanner implements Planner {
  /** Examples of one optimizer step. */
  public static final int BATCH = 8;

  /** Tokens of an example. */
  public static final int LENGTH = 128;

  private static final int LABELS = 2;
  private static final TaskHead HEAD = TaskHead.sequence(LABELS);

  /** Ids below are special tokens in DeBERTa's vocabulary. */
  private static final int FIRST_WORD = 4;

  private final MadeUpShape shape;
  private final RunConfig config;

  /** A run of so many steps with adapters of rank 8 on all linear layers, task head frozen. */
  public ShapePlanner(MadeUpShape shape, int steps) {
    this.shape = shape;
    this.config =
        RunConfigReader.readText(
            String.join(
                "\n",
                "name = bench",
                "seed = 0",
                "model.path = \"/" + shape.folder() + "\"",
                "data.train = \"/made-up\"",
                "task.labels = " + LABELS,
                "method { name = lora, rank = 8, alpha = 16, train-head = false }",
                "training { steps = " + steps + ", batch-size = " + BATCH + ", micro-batch = 4 }",
                "checkpoint.every = 1000000"),
            "bench");
  }

  /** The configuration that is submitted. */
  public RunConfig config() {
    return config;
  }

  @Override
  public RunPlan plan(String text) {
    RunConfig submitted = RunConfigReader.readText(text, "bench");
    Architecture architecture = Architecture.of(shape.config(), HEAD);
    TrainableSpec trainable = TrainableSpecs.of(architecture, submitted, null);
    return new RunPlan(
        submitted,
        Rules.of(submitted, submitted.training().steps()),
        new SweepPlan(
            shape.folder(),
            ModelOptions.defaults(),
            trainable,
            submitted.method().dropout(),
            HEAD,
            submitted.seed()),
        trainable.layers().stream().map(l -> FolderPlanner.layerPlan(submitted, l)).toList(),
        trainable.layers().stream()
            .map(l -> new LayerParameters(l.id(), List.of(), List.of()))
            .toList(),
        new MadeUpExamples(shape.vocabulary()),
        null,
        "made-up");
  }

  private record MadeUpExamples(int vocabulary) implements Examples {
    private static final int SIZE = 4096;

    @Override
    public int size() {
      return SIZE;
    }

    @Override
    public int length(int index) {
      return LENGTH;
    }

    @Override
    public Batch collate(int[] indices) {
      int[] ids = new int[indices.length * LENGTH];
      int[] labels = new int[indices.length];
      for (int i = 0; i < indices.length; i++) {
        labels[i] = indices[i] % LABELS;
        for (int t = 0; t < LENGTH; t++) {
          ids[i * LENGTH + t] =
              FIRST_WORD + (int) CounterHash.below(indices[i], t, vocabulary - FIRST_WORD);
        }
      }
      int[] mask = new int[ids.length];
      Arrays.fill(mask, 1);
      return new Batch(indices.length, LENGTH, ids, mask, null, new Targets.Classes(labels));
    }
  }
}
