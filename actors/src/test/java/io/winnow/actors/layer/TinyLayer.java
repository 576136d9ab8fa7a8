package io.winnow.actors.layer;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.SelectionState;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RunId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A layer of two heads and a tensor, and what it can be told. */
final class TinyLayer {
  static final RunId RUN = new RunId("run");
  static final String NAME = "block.0";
  static final int MICRO_BATCHES = 3;
  static final AdapterId QUERY = new AdapterId(0, "block.0.query");
  static final AdapterId VALUE = new AdapterId(1, "block.0.value");

  private static final LayerId ID = new LayerId(0, NAME);
  private static final OptimizerSettings OPTIMIZER =
      new OptimizerSettings(
          0.1f,
          OptimizerSettings.Kind.ADAMW,
          0.9f,
          0.999f,
          1e-8f,
          0.01f,
          0.1f,
          OptimizerSettings.OmegaKind.ADAMW,
          1.0);
  private static final LayerSpec SPEC =
      new LayerSpec(
          ID,
          List.of(new AdapterSpec(QUERY, 3, 2, 1, 2f), new AdapterSpec(VALUE, 3, 2, 1, 2f)),
          List.of(new TensorSpec("bias", List.of(2), false)));
  static final LayerPlan PLAN = new LayerPlan(SPEC, 7, true, OPTIMIZER);

  private TinyLayer() {}

  /** The state of version 0, said to be of a later one. */
  static LayerState stateAt(long version) {
    LayerState start = LayerState.initial(PLAN, restore(1, CheckpointId.START).initial());
    return new LayerState(PLAN, version, start.heads(), start.tensors());
  }

  static LayerCommand.Restore restore(long attempt, CheckpointId from) {
    List<TensorState> tensors =
        from.equals(CheckpointId.START)
            ? List.of(new TensorState("bias", new float[] {1f, 2f}))
            : List.of();
    LayerParameters initial = new LayerParameters(ID, List.of(), tensors);
    return new LayerCommand.Restore(RUN, attempt, PLAN, from, initial);
  }

  /** Values that differ by micro-batch and do not add up exactly in another order. */
  static LayerCommand.Gradient gradient(long attempt, long step, int microBatch) {
    float x = (float) Math.pow(37, microBatch) * 0.1f + step;
    List<AdapterGradient> heads = List.of(head(QUERY, x), head(VALUE, -x * 0.3f));
    LayerGradient gradient =
        new LayerGradient(ID, heads, List.of(new TensorState("bias", new float[] {x / 3, x / 7})));
    return new LayerCommand.Gradient(RUN, attempt, step, microBatch, MICRO_BATCHES, gradient);
  }

  private static AdapterGradient head(AdapterId id, float x) {
    return new AdapterGradient(
        id, new float[] {x, x / 3, x / 7}, new float[] {x / 11, x / 13}, x / 17);
  }

  static LayerCommand.Apply apply(long attempt, long step, AdapterId... pruned) {
    Map<AdapterId, OmegaState> omega = new HashMap<>();
    omega.put(QUERY, new OmegaState(0.9f, 0.1f, 0.2f, step));
    omega.put(VALUE, new OmegaState(0.8f, 0.3f, 0.4f, step));
    List.of(pruned).forEach(omega::remove);
    StepDecision decision =
        new StepDecision(
            step,
            false,
            0.5f,
            0.1f,
            0.1f,
            0.01f,
            1.0,
            omega,
            List.of(pruned),
            false,
            SelectionState.START);
    return new LayerCommand.Apply(RUN, attempt, decision);
  }

  static LayerCommand.Query query(long attempt, long step) {
    return new LayerCommand.Query(RUN, attempt, step, MICRO_BATCHES);
  }

  static LayerCommand.Save save(long attempt, long version) {
    return new LayerCommand.Save(RUN, attempt, version);
  }

  static LayerCommand.Forget forget(long attempt, CheckpointId... checkpoints) {
    return new LayerCommand.Forget(RUN, attempt, List.of(checkpoints));
  }

  static LayerCommand.Release release(long attempt) {
    return new LayerCommand.Release(RUN, attempt);
  }
}
