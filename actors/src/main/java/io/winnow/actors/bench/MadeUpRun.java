package io.winnow.actors.bench;

import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.run.Examples;
import io.winnow.actors.run.Planner;
import io.winnow.actors.run.Rules;
import io.winnow.actors.run.RunPlan;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.protocol.SweepPlan;
import java.util.List;

/**
 * A run of made-up heads on made-up examples of one token, one of them in each micro-batch.
 *
 * @param microBatches of a step
 * @param selection what becomes of the heads, as lines of a run.conf
 */
public record MadeUpRun(MadeUpHeads heads, int microBatches, List<String> selection)
    implements Planner {
  /** Enough of them that a measurement never comes to the end. */
  public static final int STEPS = 1_000_000;

  private static final int EXAMPLES = 4096;
  private static final int LABELS = 2;
  private static final String NAME = "made-up";

  public MadeUpRun {
    selection = List.copyOf(selection);
  }

  /** A run that keeps all heads. */
  public static MadeUpRun of(MadeUpHeads heads, int microBatches) {
    return new MadeUpRun(heads, microBatches, keeping(heads.heads(), Integer.toString(STEPS)));
  }

  /** A run that keeps so many heads from a step on. */
  public static MadeUpRun selecting(MadeUpHeads heads, int microBatches, int keep, long at) {
    return new MadeUpRun(heads, microBatches, keeping(keep, Long.toString(at)));
  }

  private static List<String> keeping(int keep, String at) {
    return List.of("method.keep = " + keep, "selection.at = " + at);
  }

  /** The configuration that is submitted. */
  public String config() {
    return RunConfigWriter.render(
        RunConfigReader.readText(
            String.join(
                "\n",
                "name = " + NAME,
                "seed = 0",
                "model.path = \"/" + NAME + "\"",
                "data.train = \"/" + NAME + "\"",
                "task.labels = " + LABELS,
                "method { name = weightlora, train-head = false }",
                "method { rank = " + heads.rank() + ", alpha = " + heads.rank() + " }",
                "training { steps = " + STEPS + ", micro-batch = 1 }",
                "training.batch-size = " + microBatches,
                "checkpoint.every = " + STEPS,
                String.join("\n", selection)),
            NAME));
  }

  @Override
  public RunPlan plan(String text) {
    RunConfig submitted = RunConfigReader.readText(text, NAME);
    TrainableSpec trainable = heads.spec();
    return new RunPlan(
        submitted,
        Rules.of(submitted, submitted.training().steps()),
        new SweepPlan(
            "/" + NAME,
            ModelOptions.defaults(),
            trainable,
            submitted.method().dropout(),
            TaskHead.sequence(LABELS),
            submitted.seed()),
        trainable.layers().stream().map(l -> FolderPlanner.layerPlan(submitted, l)).toList(),
        trainable.layers().stream()
            .map(l -> new LayerParameters(l.id(), List.of(), List.of()))
            .toList(),
        new OneToken(),
        null,
        NAME);
  }

  private record OneToken() implements Examples {
    @Override
    public int size() {
      return EXAMPLES;
    }

    @Override
    public int length(int index) {
      return 1;
    }

    @Override
    public Batch collate(int[] indices) {
      int n = indices.length;
      return new Batch(n, 1, new int[n], new int[n], null, new Targets.Classes(new int[n]));
    }
  }
}
