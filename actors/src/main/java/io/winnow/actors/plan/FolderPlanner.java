package io.winnow.actors.plan;

import io.winnow.actors.run.FingerprintCheck;
import io.winnow.actors.run.Planner;
import io.winnow.actors.run.Rules;
import io.winnow.actors.run.RunPlan;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.train.ExpansionSettings;
import io.winnow.model.train.HeadSize;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.StepRules;
import io.winnow.protocol.SweepPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans runs on Hugging Face folders and data files. */
public final class FolderPlanner implements Planner {
  /**
   * With its moments a layer is one row of the store, and with a gradient too one array in memory.
   */
  static final long MAX_LAYER_BYTES = 128L << 20;

  private final Bases bases;

  public FolderPlanner(Bases bases) {
    this.bases = bases;
  }

  @Override
  public RunPlan plan(String text) {
    RunConfig config = RunConfigReader.readText(text, "run.conf");
    RunConfig here = bases.here(config);
    PlanCheck check = PlanCheck.of(here);
    TaskData data = TaskData.read(here, check.model());
    TaskHead head = data.head();
    StartingPoint start = StartingPoint.of(config);
    TrainableSpec trainable = trainable(check.architecture(head), config, start);
    FrozenBase base =
        bases.get(
            new Bases.Key(
                config.model().path().toString(), head, config.seed(), config.model().options()));
    long totalSteps = config.training().totalSteps(data.train().size());
    StepRules rules = Rules.of(config, totalSteps);
    return new RunPlan(
        config,
        rules,
        sweepPlan(config, trainable, head).training(config.wire(), base.fingerprint()),
        trainable.layers().stream().map(l -> layerPlan(config, l)).toList(),
        trainable.layers().stream().map(l -> initial(l, base, start)).toList(),
        data.train(),
        data.validation(),
        FingerprintCheck.ofExamples(data.fingerprint(), start == null ? "" : start.fingerprint()));
  }

  /** What a run trains, if its layers fit into messages. */
  static TrainableSpec trainable(Architecture architecture, RunConfig config) {
    return trainable(architecture, config, StartingPoint.of(config));
  }

  private static TrainableSpec trainable(
      Architecture architecture, RunConfig config, @Nullable StartingPoint start) {
    TrainableSpec trainable = TrainableSpecs.of(architecture, config, start);
    requireFits(trainable, config);
    return trainable;
  }

  /** What sweeps of a run with this head need. */
  public static SweepPlan sweepPlan(RunConfig config, TrainableSpec trainable, TaskHead head) {
    return new SweepPlan(
        config.model().path().toString(),
        config.model().options(),
        trainable,
        config.method().dropout(),
        head,
        config.seed());
  }

  /** What a layer of a run needs to know. */
  public static LayerPlan layerPlan(RunConfig config, LayerSpec layer) {
    RunConfig.AdaLora adalora = config.selection().adalora();
    boolean fanIn = config.method().initA() == RunConfig.Method.InitA.FAN_IN;
    return new LayerPlan(layer, config.seed(), fanIn, config.optimizer())
        .selectingBy(config.selection().rule())
        .training(adalora == null ? null : adalora.rule())
        .sending(config.wire());
  }

  private static LayerParameters initial(
      LayerSpec layer, FrozenBase base, @Nullable StartingPoint start) {
    List<TensorState> tensors = new ArrayList<>();
    for (TensorSpec tensor : layer.tensors()) {
      float[] given = start == null ? null : start.values(tensor);
      tensors.add(
          new TensorState(tensor.name(), given == null ? base.values(tensor.name()) : given));
    }
    return new LayerParameters(layer.id(), start == null ? List.of() : start.heads(layer), tensors);
  }

  /** Also where every head of a layer stays and grows at each expansion. */
  private static void requireFits(TrainableSpec trainable, RunConfig config) {
    ExpansionSettings expansion = config.selection().expansion();
    for (LayerSpec layer : trainable.layers()) {
      long values =
          layer.adapters().stream().mapToLong(head -> most(head, expansion)).sum()
              + layer.tensors().stream().mapToLong(t -> t.size()).sum();
      if (values * Float.BYTES > MAX_LAYER_BYTES) {
        throw UserProblem.usage(
            "method.rank: layer %s %s %d MiB of trained values, a layer can have %d MiB; lower %s or target fewer modules"
                .formatted(
                    layer.id(),
                    expansion == null ? "would have" : "could grow to",
                    values * Float.BYTES >> 20,
                    MAX_LAYER_BYTES >> 20,
                    expansion == null ? "method.rank" : "method.rank or expansion.times"));
      }
    }
  }

  /** Trained values of a head at the largest rank that a run can give it. */
  private static long most(AdapterSpec head, @Nullable ExpansionSettings expansion) {
    HeadSize size = new HeadSize(head.rank(), head.in(), head.out());
    return expansion == null ? size.parameters() : expansion.largest(size).parameters();
  }
}
