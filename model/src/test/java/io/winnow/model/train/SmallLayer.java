package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.OptimizerSettings.OmegaKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A layer of two heads, a weight and a bias, with made-up gradients and decisions. */
public final class SmallLayer {
  public static final AdapterId FIRST = new AdapterId(3, "block.1.query");
  public static final AdapterId SECOND = new AdapterId(4, "block.1.dense");
  public static final String WEIGHT = "classifier.weight";
  public static final String BIAS = "classifier.bias";
  static final float LR = 0.25f;
  static final float DECAY = 0.5f;

  private SmallLayer() {}

  public static LayerPlan plan() {
    return plan(new LayerId(1, "block.1"), 7);
  }

  public static LayerPlan plan(LayerId id, long seed) {
    List<AdapterSpec> heads =
        List.of(new AdapterSpec(FIRST, 3, 2, 2, 2f), new AdapterSpec(SECOND, 2, 4, 2, 2f));
    List<TensorSpec> tensors =
        List.of(
            new TensorSpec(WEIGHT, List.of(2, 3), true), new TensorSpec(BIAS, List.of(2), false));
    OptimizerSettings optimizer =
        new OptimizerSettings(
            LR, Kind.ADAMW_HF, 0.9f, 0.999f, 1e-6f, DECAY, 1f, OmegaKind.ADAMW, 0);
    return new LayerPlan(new LayerSpec(id, heads, tensors), seed, true, optimizer);
  }

  /** Version 0. */
  public static LayerState initial() {
    return initial(plan());
  }

  public static LayerState initial(LayerPlan plan) {
    return LayerState.initial(
        plan,
        List.of(new TensorState(WEIGHT, values(100, 6)), new TensorState(BIAS, values(200, 2))));
  }

  /** The state after so many steps, in which everything moved. */
  public static LayerState after(long steps) {
    LayerState state = initial();
    for (long step = 1; step <= steps; step++) {
      state = state.after(decision(step, state, List.of()), gradient(state, step));
    }
    return state;
  }

  /** The live heads of a layer without triplets. */
  public static List<LoraHead> heads(LayerState state) {
    return state.heads().stream().map(LoraHead.class::cast).toList();
  }

  /** A gradient of everything that is live. */
  public static LayerGradient gradient(LayerState state, long key) {
    List<AdapterGradient> heads = new ArrayList<>();
    for (HeadState head : state.heads()) {
      long own = 31 * key + head.spec().id().index();
      heads.add(
          new AdapterGradient(
              head.spec().id(),
              values(own, head.published().a().length),
              values(-own, head.published().b().length),
              values(own, 1)[0]));
    }
    List<TensorState> tensors =
        state.tensors().stream()
            .map(t -> new TensorState(t.spec().name(), values(key, t.values().length)))
            .toList();
    return new LayerGradient(state.plan().spec().id(), heads, tensors);
  }

  /** A decision in which each live omega moves and these heads are pruned. */
  public static StepDecision decision(long step, LayerState state, List<AdapterId> pruned) {
    Map<AdapterId, OmegaState> omega = new LinkedHashMap<>();
    for (HeadState head : state.heads()) {
      if (!pruned.contains(head.spec().id())) {
        OmegaState before = head.omega();
        omega.put(
            head.spec().id(),
            new OmegaState(before.value() + 0.125f, 0.5f * step, 0.25f * step, step));
      }
    }
    return new StepDecision(
        step, false, 0.5f, LR, 1f, DECAY, 3, omega, pruned, false, SelectionState.START);
  }

  static float[] values(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = CounterHash.uniform(CounterHash.key(key), i) - 0.5f;
    }
    return values;
  }
}
