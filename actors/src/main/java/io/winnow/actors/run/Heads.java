package io.winnow.actors.run;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.train.HeadReport;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.LayerSize;
import io.winnow.protocol.RunSummary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the step loop knows of the heads: who lives, with which omega, in which layer. */
final class Heads {
  private final TrainableSpec spec;
  private final String method;
  private final Map<AdapterId, OmegaState> live = new TreeMap<>();
  private final Map<AdapterId, Integer> ranks = new HashMap<>();
  private final Map<String, LayerSize> sizes = new HashMap<>();

  Heads(TrainableSpec spec, String method) {
    this.spec = spec;
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
    decision.pruned().forEach(live::remove);
  }

  void sized(String layer, LayerSize size) {
    sizes.put(layer, size);
  }

  /** Heads that live and are not masked. */
  int kept() {
    return (int) live.values().stream().filter(o -> o.value() != 0f).count();
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
    LayerSpec owner = spec.layer(layer);
    Map<AdapterId, OmegaState> omega = new TreeMap<>();
    for (AdapterSpec head : owner.adapters()) {
      OmegaState decided = decision.omega().get(head.id());
      if (decided != null) {
        omega.put(head.id(), decided);
      }
    }
    List<AdapterId> pruned =
        decision.pruned().stream()
            .filter(id -> owner.adapters().stream().anyMatch(a -> a.id().equals(id)))
            .toList();
    return decision.of(omega, pruned);
  }

  /** All heads of the run in order; those that were dropped with omega 0 and rank 0. */
  List<HeadView> views() {
    return spec.adapters().stream()
        .map(
            a -> {
              OmegaState omega = live.get(a.id());
              boolean kept = omega != null && omega.value() != 0f;
              return new HeadView(
                  a.id().module(),
                  kept ? omega.value() : 0f,
                  kept ? ranks.getOrDefault(a.id(), a.rank()) : 0,
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
        parametersBefore(),
        sizes.values().stream().mapToLong(LayerSize::parameters).sum(),
        optimizerBytesBefore(),
        sizes.values().stream().mapToLong(LayerSize::optimizerBytes).sum(),
        progress.seconds(),
        progress.seconds() > 0 ? progress.tokens() / progress.seconds() : 0,
        progress.skippedSteps(),
        stoppedEarly);
  }

  private long parametersBefore() {
    long sum = 0;
    for (LayerSpec layer : spec.layers()) {
      for (AdapterSpec a : layer.adapters()) {
        sum += (long) a.rank() * (a.in() + a.out()) + 1;
      }
      sum += layer.tensors().stream().mapToLong(t -> t.size()).sum();
    }
    return sum;
  }

  /** Two moments of four bytes for each value. */
  private long optimizerBytesBefore() {
    return 8 * parametersBefore();
  }
}
