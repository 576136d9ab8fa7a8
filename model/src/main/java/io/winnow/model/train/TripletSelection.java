package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which triplets a step of AdaLoRA keeps: of all heads together those with the highest scores, as
 * many as the budget has room for; a tie goes by the order of heads, then of triplets. The scores
 * are those that layers report with a step's gradient, so they know the importance up to the step
 * before. The authors' code takes the step itself in as well, which would need a second exchange
 * between layers and coordinator; in the rest at the end, when importance stands still, both choose
 * alike.
 */
final class TripletSelection {
  private record Candidate(AdapterId head, int triplet, double score) {}

  private final List<HeadReport> heads;
  private final TripletBudget budget;

  /**
   * @param heads all heads in AdapterId order, with scores
   */
  TripletSelection(TripletSettings settings, List<HeadReport> heads, long totalSteps) {
    this.heads = heads;
    this.budget =
        settings.budget(heads.stream().map(head -> scores(head).size()).toList(), totalSteps);
  }

  /** What stays at the end of a 1-based step. */
  TripletChoice of(long step) {
    int room = budget.isDue(step) ? budget.at(step) : Integer.MAX_VALUE;
    Map<AdapterId, List<Integer>> stays = new TreeMap<>();
    heads.forEach(head -> stays.put(head.id(), new ArrayList<>()));
    candidates().stream()
        .sorted(Comparator.comparingDouble(Candidate::score).reversed()) // stable
        .limit(room)
        .forEach(best -> stays.get(best.head()).add(best.triplet()));
    stays.replaceAll((head, triplets) -> triplets.stream().sorted().toList());
    return new TripletChoice(stays, budget.importanceMoves(step));
  }

  /** The same state, final from the first step of the rest on: then the budget is the target. */
  SelectionState after(long step, SelectionState before) {
    return budget.isAtRest(step) && !before.isFinal() ? before.afterRound(step) : before;
  }

  private List<Candidate> candidates() {
    List<Candidate> all = new ArrayList<>();
    for (HeadReport head : heads) {
      List<Double> scores = scores(head);
      for (int i = 0; i < scores.size(); i++) {
        double score = scores.get(i);
        all.add(new Candidate(head.id(), i, Double.isNaN(score) ? -1 : score));
      }
    }
    return all;
  }

  private static List<Double> scores(HeadReport head) {
    if (head.tripletScores() == null) {
      throw new IllegalStateException(
          "triplets are selected, but the layer of " + head.id() + " reports no scores");
    }
    return head.tripletScores();
  }
}
