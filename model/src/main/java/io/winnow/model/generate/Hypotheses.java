package io.winnow.model.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The best sequences of one prompt that ended, as many as there are beams; transformers'
 * BeamHypotheses. A score is the sum of log-probabilities divided by (new tokens)^length_penalty,
 * the end token counted as one.
 */
final class Hypotheses {
  private final GenerationSettings.Beams beams;
  private final int limit; // new tokens at most
  private final List<Hypothesis> kept = new ArrayList<>();

  Hypotheses(GenerationSettings.Beams beams, int limit) {
    this.beams = beams;
    this.limit = limit;
  }

  /** A sequence that ended, without its end token. */
  record Hypothesis(Sequence sequence, double score, Generated.Ending ending) {}

  /**
   * Adds a sequence, unless there are enough better ones; of the worst equal ones the first goes.
   *
   * @param length new tokens that it counts as
   */
  void add(Sequence sequence, double sum, int length, Generated.Ending ending) {
    double score = score(sum, length);
    if (isFull() && !(score > worst())) {
      return;
    }
    kept.add(new Hypothesis(sequence, score, ending));
    if (kept.size() > beams.count()) {
      kept.remove(indexOfWorst());
    }
  }

  /**
   * Whether the search for this prompt is over.
   *
   * @param bestSum the highest sum of log-probabilities among this step's candidates
   * @param length new tokens of those
   */
  boolean areDone(double bestSum, int length) {
    if (!isFull()) {
      return false;
    }
    return switch (beams.earlyStopping()) {
      case WHEN_FULL -> true;
      case WHEN_UNLIKELY -> worst() >= score(bestSum, length);
      case NEVER -> worst() >= score(bestSum, beams.lengthPenalty() > 0 ? limit : length);
    };
  }

  /** The best ones first; of equal ones the last that came. */
  List<Hypothesis> best(int count) {
    var sorted = new ArrayList<Hypothesis>();
    for (int i = kept.size() - 1; i >= 0; i--) {
      sorted.add(kept.get(i));
    }
    sorted.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
    return sorted.subList(0, count);
  }

  private boolean isFull() {
    return kept.size() >= beams.count();
  }

  private double worst() {
    return kept.get(indexOfWorst()).score;
  }

  private int indexOfWorst() {
    int worst = 0;
    for (int i = 1; i < kept.size(); i++) {
      if (kept.get(i).score < kept.get(worst).score) {
        worst = i;
      }
    }
    return worst;
  }

  private double score(double sum, int length) {
    return sum / StrictMath.pow(length, beams.lengthPenalty());
  }
}
