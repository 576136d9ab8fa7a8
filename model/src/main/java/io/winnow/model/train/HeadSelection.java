package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a step's selection does, a pure function of the settings, the selection so far, the heads as
 * reported and omega after its step: mask, disconnect, grow (method.md, "Optimisation" and
 * "WeightLoRA+").
 */
final class HeadSelection {
  private final SelectionSettings settings;
  private final SelectionState state;
  private final List<HeadReport> heads;

  /**
   * @param heads all live heads in AdapterId order
   */
  HeadSelection(SelectionSettings settings, SelectionState state, List<HeadReport> heads) {
    this.settings = settings;
    this.heads = heads;
    this.state =
        state.seeing(
            heads.size(), heads.stream().mapToLong(head -> head.size().parameters()).sum());
  }

  /**
   * What a selection comes to.
   *
   * @param pruned heads to disconnect, in AdapterId order
   * @param scores what it went by, of all live heads; empty where nothing was selected
   */
  record Outcome(
      List<AdapterId> pruned,
      Expansion expansion,
      SelectionState after,
      Map<AdapterId, Float> scores) {}

  /**
   * Whether a round may be due at a step. Before the first step the heads were not counted, so
   * there the first of them counts as possible.
   */
  static boolean mayReshape(SelectionSettings settings, SelectionState state, long step) {
    int heads = state.heads() == 0 ? Integer.MAX_VALUE : state.heads();
    boolean isLeft = !state.isFinal() && state.rounds() < settings.rounds(heads);
    return isLeft && step >= settings.round(state.rounds(), heads).at();
  }

  /** No head is selected at this step. */
  Outcome none() {
    return masked(Map.of());
  }

  /** Whether the heads of this step are projected, be it for good or not. */
  boolean isDue(long step) {
    return roundIsDue(step) || maskIsDue(step);
  }

  private boolean roundIsDue(long step) {
    return roundsLeft() > 0 && step >= round().at();
  }

  private boolean maskIsDue(long step) {
    return roundsLeft() > 0
        && settings.every() != SelectionSettings.NEVER
        && step % settings.every() == 0;
  }

  private int roundsLeft() {
    return state.isFinal() ? 0 : settings.rounds(state.heads()) - state.rounds();
  }

  private SelectionRound round() {
    return settings.round(state.rounds(), state.heads());
  }

  /** The selection of a step at which one is due; omega is projected in place. */
  Outcome of(long step, Map<AdapterId, OmegaState> omega) {
    Map<AdapterId, Float> scores = project(omega);
    if (!roundIsDue(step)) {
      return masked(scores);
    }
    List<AdapterId> pruned = disconnected(omega);
    long finalAt = roundsLeft() == 1 ? step : SelectionSettings.NEVER;
    return new Outcome(pruned, expansion(pruned), state.afterRound(finalAt), scores);
  }

  private Outcome masked(Map<AdapterId, Float> scores) {
    return new Outcome(List.of(), Expansion.NONE, state, scores);
  }

  /** Returns the scores by which it was done. */
  private Map<AdapterId, Float> project(Map<AdapterId, OmegaState> omega) {
    List<Projection.Candidate> candidates = new ArrayList<>();
    Map<AdapterId, Float> scores = new TreeMap<>();
    for (HeadReport head : heads) {
      double score = score(head, omega);
      candidates.add(new Projection.Candidate(score, head.size().parameters()));
      scores.put(head.id(), (float) score);
    }
    boolean[] keep = Projection.keep(candidates, round().keep().limit(state.parameters()));
    for (int i = 0; i < keep.length; i++) {
      if (!keep[i]) {
        omega.computeIfPresent(heads.get(i).id(), (id, o) -> o.withValue(0f));
      }
    }
    return scores;
  }

  private double score(HeadReport head, Map<AdapterId, OmegaState> omega) {
    float value = value(omega, head.id());
    if (settings.rule() != SelectionSettings.Rule.CONTRIBUTION) {
      return settings.rule().score(value, 1f);
    }
    if (head.norm() == null) {
      throw new IllegalStateException(
          "selection by contribution, but the layer of " + head.id() + " reports no norm");
    }
    return settings.rule().score(value, head.norm());
  }

  private static float value(Map<AdapterId, OmegaState> omega, AdapterId id) {
    OmegaState state = omega.get(id);
    if (state == null) {
      throw new IllegalStateException("no omega of live head " + id);
    }
    return state.value();
  }

  /**
   * The heads whose omega is zero; in WeightLoRA+ by sign also those below zero, as the authors do,
   * unless no head were left.
   */
  private List<AdapterId> disconnected(Map<AdapterId, OmegaState> omega) {
    boolean bySign =
        settings.expansion() != null && settings.rule() == SelectionSettings.Rule.SIGNED;
    boolean anyPositive = heads.stream().anyMatch(head -> value(omega, head.id()) > 0f);
    return heads.stream()
        .map(HeadReport::id)
        .filter(id -> bySign && anyPositive ? !(value(omega, id) > 0f) : value(omega, id) == 0f)
        .sorted()
        .toList();
  }

  /** Each survivor at its grown rank, but those that cannot grow. */
  private Expansion expansion(List<AdapterId> pruned) {
    ExpansionSettings growth = settings.expansion();
    if (growth == null) {
      return Expansion.NONE;
    }
    Map<AdapterId, Integer> ranks = new TreeMap<>();
    for (HeadReport head : heads) {
      int rank = head.size().grownRank();
      if (!pruned.contains(head.id()) && rank > head.size().rank()) {
        ranks.put(head.id(), rank);
      }
    }
    return new Expansion(growth.rule(), ranks);
  }
}
