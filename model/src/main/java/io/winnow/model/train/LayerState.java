package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that one layer owns at one version: its live heads in AdapterId order and its trained
 * tensors, with their optimizer state. Version v is the state after optimizer step v. A value: an
 * update gives a new one, and what was pruned is simply no longer in it.
 */
public record LayerState(
    LayerPlan plan, long version, List<HeadState> heads, List<TensorTraining> tensors) {
  public LayerState {
    heads = List.copyOf(heads);
    tensors = List.copyOf(tensors);
  }

  /** Version 0: A drawn, B = 0, omega = 1; tensors start at the given values. */
  public static LayerState initial(LayerPlan plan, List<TensorState> tensorValues) {
    return initial(plan, new LayerParameters(plan.spec().id(), List.of(), tensorValues));
  }

  /**
   * Version 0: as {@link #initial(LayerPlan, List)}, but heads with given values start at those.
   */
  public static LayerState initial(LayerPlan plan, LayerParameters given) {
    List<TensorState> tensorValues = given.tensors();
    Map<AdapterId, AdapterState> starts =
        given.adapters().stream().collect(Collectors.toMap(AdapterState::id, Function.identity()));
    List<HeadState> heads = new ArrayList<>();
    for (AdapterSpec spec : plan.spec().adapters()) {
      AdapterState start = starts.get(spec.id());
      heads.add(
          start != null
              ? HeadState.of(spec, start)
              : HeadState.drawn(
                  spec, plan.draw(Randomness.ADAPTER_INIT, spec), OmegaState.initial(1f)));
    }
    List<TensorTraining> tensors = new ArrayList<>();
    for (int i = 0; i < plan.spec().tensors().size(); i++) {
      float[] values = tensorValues.get(i).values();
      tensors.add(
          new TensorTraining(plan.spec().tensors().get(i), values, Moments.zero(values.length)));
    }
    return new LayerState(plan, 0, heads, tensors);
  }

  /** What sweeps of the next step compute with. */
  public LayerParameters published() {
    return new LayerParameters(
        plan.spec().id(),
        heads.stream().map(HeadState::published).toList(),
        tensors.stream().map(TensorTraining::published).toList());
  }

  /** Whether anything here still trains; a layer without it takes no part in a step. */
  public boolean isLive() {
    return !heads.isEmpty() || !tensors.isEmpty();
  }

  /** What the coordinator decides with. */
  public LayerReport report(LayerGradient total) {
    double sum = 0;
    List<HeadReport> reports = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      AdapterGradient g = matching(total, i);
      sum += sumOfSquares(g.dA()) + sumOfSquares(g.dB());
      HeadState head = heads.get(i);
      reports.add(plan.reportsNorms() ? head.reportWithNorm(g.dOmega()) : head.report(g.dOmega()));
    }
    for (TensorState tensor : total.tensors()) {
      sum += sumOfSquares(tensor.values());
    }
    return new LayerReport(plan.spec().id(), sum, reports);
  }

  /**
   * The state after the decided step: AdamW on A, B and tensors, omega as decided, pruned gone. A
   * head that grows gets no AdamW at this step.
   */
  public LayerState after(StepDecision decision, LayerGradient total) {
    if (decision.skipped()) {
      return new LayerState(plan, decision.step(), heads, tensors);
    }
    AdamW adamW = new AdamW(plan.optimizer());
    AdamW.Rate rate = new AdamW.Rate(decision.lr(), decision.weightDecay());
    Set<AdapterId> pruned = new HashSet<>(decision.pruned());
    List<HeadState> newHeads = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      HeadState head = heads.get(i);
      if (!pruned.contains(head.spec().id())) {
        newHeads.add(next(head, clipped(matching(total, i), decision.clip()), decision, adamW));
      }
    }
    List<TensorTraining> newTensors = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      float[] g = clipped(total.tensors().get(i).values(), decision.clip());
      newTensors.add(tensors.get(i).updated(g, adamW, rate));
    }
    return new LayerState(plan, decision.step(), newHeads, newTensors);
  }

  private HeadState next(HeadState head, AdapterGradient g, StepDecision decision, AdamW adamW) {
    OmegaState omega = decision.omega().get(head.spec().id());
    if (omega == null) {
      throw new IllegalStateException(
          "step " + decision.step() + ": no decision for live head " + head.spec().id());
    }
    if (decision.restart()) {
      return HeadState.drawn(
          head.spec(), plan.draw(Randomness.ADAPTER_RESTART, head.spec()), omega);
    }
    Integer rank = decision.expansion().ranks().get(head.spec().id());
    if (rank != null) {
      return grown(head, rank, decision, omega);
    }
    AdamW.Rate rate = new AdamW.Rate(decision.lr(), decision.weightDecay());
    return head.updated(g, adamW, rate, omega);
  }

  private HeadState grown(HeadState head, int rank, StepDecision decision, OmegaState omega) {
    ExpansionRule rule = decision.expansion().rule();
    float[] noise = plan.noise(head.spec(), decision.step(), rule.noiseColumns(head.rank(), rank));
    return head.grown(new RankExpansion(rule, head.size(), rank, noise), omega);
  }

  private AdapterGradient matching(LayerGradient total, int i) {
    AdapterGradient g = total.adapters().get(i);
    if (!g.id().equals(heads.get(i).spec().id())) {
      throw new IllegalStateException(
          "layer "
              + plan.spec().id()
              + " version "
              + version
              + ": gradient of "
              + g.id()
              + " where "
              + heads.get(i).spec().id()
              + " was expected");
    }
    return g;
  }

  private static AdapterGradient clipped(AdapterGradient g, float clip) {
    return new AdapterGradient(
        g.id(), clipped(g.dA(), clip), clipped(g.dB(), clip), g.dOmega() * clip);
  }

  private static float[] clipped(float[] g, float clip) {
    if (clip == 1f) {
      return g;
    }
    float[] scaled = new float[g.length];
    for (int i = 0; i < g.length; i++) {
      scaled[i] = g[i] * clip;
    }
    return scaled;
  }

  private static double sumOfSquares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }
}
