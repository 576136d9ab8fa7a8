package io.winnow.model.generate;

/** Chooses the next token of one sequence by its scores. */
@FunctionalInterface
interface TokenChoice {
  /** The token with the highest score; of equal ones the lowest id. */
  TokenChoice GREEDY = (scores, place) -> highest(scores);

  /** Chooses; may change the scores {@code [vocabulary]}. */
  int choose(double[] scores, Place place);

  /**
   * Where a token is chosen.
   *
   * @param prompt the prompt's number in the data
   * @param sample number of the sequence of this prompt
   * @param position number of the new token
   */
  record Place(long prompt, int sample, int position) {}

  private static int highest(double[] scores) {
    int best = 0;
    for (int id = 1; id < scores.length; id++) {
      if (scores[id] > scores[best]) {
        best = id;
      }
    }
    return best;
  }
}
