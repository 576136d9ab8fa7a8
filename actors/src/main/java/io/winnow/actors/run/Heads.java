package io.winnow.actors.run;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.explain.TraceRule;
import io.winnow.model.train.HeadReport;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.HeadsTrace;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.LayerSize;
import io.winnow.protocol.RunSummary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the step loop knows of the heads: who lives, with which omega, in which layer. */
final class Heads {
  private final TrainableSpec spec;
  private final Map<String, LayerSpec> layers = new HashMap<>();
  private final String method;
  private final List<LayerPlan> plans;
  private final Map<AdapterId, OmegaState> live = new TreeMap<>();
  private final Map<AdapterId, Integer> ranks = new HashMap<>();
  private final Map<String, LayerSize> sizes = new HashMap<>();
  private final List<AdapterSpec> all;

  /**
   * @param plans of the layers of {@code spec}
   */
  Heads(TrainableSpec spec, String method, List<LayerPlan> plans) {
    this.spec = spec;
    this.all = spec.adapters();
    spec.layers().forEach(layer -> layers.put(layer.id().name(), layer));
    this.plans = List.copyOf(plans);
    this.method = method.toLowerCase(java.util.Locale.ROOT);
  }

  void restored(LayerReply.Restored restored) {
    for (HeadReport head : restored.heads()) {
      live.put(head.id(), head.omega());
      ranks.put(head.id(), head.size().rank());
    }
    sizes.put(restored.layer(), restored.size());
  }

  void decided(StepDecision decision) {
    live.putAll(decision.omega());
    ranks.putAll(decision.expansion().ranks());
    decision.triplets().stays().forEach((head, stay) -> ranks.put(head, stay.size()));
    decision.pruned().forEach(live::remove);
  }

  void sized(String layer, LayerSize size) {
    sizes.put(layer, size);
  }

  /** Heads that live and are not masked, be it by omega or by having no triplet left. */
  int kept() {
    return (int) live.keySet().stream().filter(this::isKept).count();
  }

  private boolean isKept(AdapterId id) {
    OmegaState omega = live.get(id);
    return omega != null && omega.value() != 0f && rank(id) > 0;
  }

  private int rank(AdapterId id) {
    return ranks.getOrDefault(id, 0);
  }

  /** How the attempt stands; what the layers dropped is counted with what the loop did. */
  StepLoopReport.Tally tally(long attempt, long droppedByLoop) {
    long parameters = sizes.values().stream().mapToLong(LayerSize::parameters).sum();
    long dropped = sizes.values().stream().mapToLong(LayerSize::dropped).sum();
    return new StepLoopReport.Tally(attempt, kept(), parameters, dropped + droppedByLoop);
  }

  /** Layers that hold a live head or a trained tensor, in layer order. */
  List<String> liveLayers() {
    return spec.layers().stream()
        .filter(
            l ->
                !l.tensors().isEmpty()
                    || l.adapters().stream().anyMatch(a -> live.containsKey(a.id())))
        .map(l -> l.id().name())
        .toList();
  }

  /** The part of a decision that concerns one layer. */
  StepDecision part(StepDecision decision, String layer) {
    LayerSpec owner = layers.get(layer);
    Map<AdapterId, OmegaState> omega = new TreeMap<>();
    for (AdapterSpec head : owner.adapters()) {
      OmegaState decided = decision.omega().get(head.id());
      if (decided != null) {
        omega.put(head.id(), decided);
      }
    }
    List<AdapterId> pruned =
        owner.adapters().stream()
            .map(AdapterSpec::id)
            .filter(id -> Collections.binarySearch(decision.pruned(), id) >= 0)
            .toList();
    return decision.of(omega, pruned);
  }

  /** How the heads stand after a step, whose decision was taken over by {@link #decided}. */
  HeadsTrace trace(StepDecision decision) {
    List<Float> omega = new ArrayList<>(all.size());
    List<Integer> rank = new ArrayList<>(all.size());
    List<Float> scores = new ArrayList<>();
    for (AdapterSpec head : all) {
      OmegaState state = live.get(head.id());
      omega.add(state == null ? 0f : state.value());
      rank.add(state == null ? 0 : rank(head.id()));
      if (!decision.scores().isEmpty()) {
        scores.add(decision.scores().getOrDefault(head.id(), Float.NaN));
      }
    }
    return new HeadsTrace(omega, rank, scores);
  }

  /** What a decision does to the heads besides moving them. */
  static TraceRule.Change change(StepDecision decision) {
    boolean reshapes = !decision.pruned().isEmpty() || !decision.expansion().ranks().isEmpty();
    if (reshapes) {
      return TraceRule.Change.RESHAPED;
    }
    return decision.scores().isEmpty() ? TraceRule.Change.NONE : TraceRule.Change.PROJECTED;
  }

  /** How many heads the run began with. */
  int atStart() {
    return all.size();
  }

  /** All heads of the run in order; those that were dropped with omega 0 and rank 0. */
  List<HeadView> views() {
    return all.stream()
        .map(
            a -> {
              boolean kept = isKept(a.id());
              return new HeadView(
                  a.id().module(),
                  kept ? live.get(a.id()).value() : 0f,
                  kept ? rank(a.id()) : 0,
                  kept);
            })
        .toList();
  }

  /**
   * What came out.
   *
   * @param stoppedEarly why it ended ahead of its last step, or empty
   */
  RunSummary summary(Progress progress, String stoppedEarly) {
    return new RunSummary(
        method,
        progress.version(),
        progress.metrics(),
        progress.bestMetrics(),
        progress.bestVersion(),
        views(),
        plans.stream().mapToLong(LayerPlan::parameters).sum(),
        sizes.values().stream().mapToLong(LayerSize::parameters).sum(),
        plans.stream().mapToLong(LayerPlan::optimizerBytes).sum(),
        sizes.values().stream().mapToLong(LayerSize::optimizerBytes).sum(),
        progress.seconds(),
        progress.seconds() > 0 ? progress.tokens() / progress.seconds() : 0,
        progress.skippedSteps(),
        stoppedEarly,
        progress.spending().computeSeconds(),
        progress.spending().bytes());
  }
}
