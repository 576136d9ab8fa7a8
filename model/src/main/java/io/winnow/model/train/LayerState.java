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

  /** Version 0: heads drawn so that they add nothing; tensors start at the given values. */
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
      heads.add(start != null ? LoraHead.of(spec, start) : plan.drawn(spec));
    }
    List<TensorTraining> tensors = new ArrayList<>();
    for (int i = 0; i < plan.spec().tensors().size(); i++) {
      float[] values = tensorValues.get(i).values();
      tensors.add(
          new TensorTraining(plan.spec().tensors().get(i), values, Moments.zero(values.length)));
    }
    return new LayerState(plan, 0, heads, tensors);
  }

  /** What sweeps of the next step compute with, rounded as the plan says. */
  public LayerParameters published() {
    return plan.wire()
        .sent(
            new LayerParameters(
                plan.spec().id(),
                heads.stream().map(HeadState::published).toList(),
                tensors.stream().map(TensorTraining::published).toList()));
  }

  /** As published, in as few values as the heads' increments take. */
  public LayerParameters exported() {
    return new LayerParameters(
        plan.spec().id(),
        heads.stream().flatMap(head -> head.exported().stream()).toList(),
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
      HeadState head = heads.get(i);
      sum += head.sumOfSquares(g, plan);
      HeadReport report = head.report(g.dOmega());
      reports.add(plan.reportsNorms() ? report.withNorm(head.norm()) : report);
    }
    for (TensorState tensor : total.tensors()) {
      sum += Gradients.sumOfSquares(tensor.values());
    }
    return new LayerReport(plan.spec().id(), sum, reports);
  }

  /** The state after the decided step: heads and tensors moved, pruned heads gone. */
  public LayerState after(StepDecision decision, LayerGradient total) {
    if (decision.skipped()) {
      return new LayerState(plan, decision.step(), heads, tensors);
    }
    Set<AdapterId> pruned = new HashSet<>(decision.pruned());
    List<HeadState> newHeads = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      HeadState head = heads.get(i);
      if (!pruned.contains(head.spec().id())) {
        newHeads.add(head.after(decision, matching(total, i), plan));
      }
    }
    AdamW adamW = new AdamW(plan.optimizer());
    List<TensorTraining> newTensors = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      float[] g = Gradients.clipped(total.tensors().get(i).values(), decision.clip());
      newTensors.add(tensors.get(i).updated(g, adamW, decision.rate()));
    }
    return new LayerState(plan, decision.step(), newHeads, newTensors);
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
}
