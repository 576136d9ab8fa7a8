package io.winnow.model.generate;

/**
 * The best continuations of one prompt's beams. Of equal scores those of the lower beam, and then
 * of the lower token id, come first.
 */
final class Candidates {
  private final double[] scores; // descending
  private final int[] beams;
  private final int[] ids;
  private int count;

  Candidates(int capacity) {
    scores = new double[capacity];
    beams = new int[capacity];
    ids = new int[capacity];
  }

  /** Looks at all continuations of a beam; beams come in ascending order. */
  void offer(int beam, double sum, double[] logProbabilities) {
    for (int id = 0; id < logProbabilities.length; id++) {
      double score = sum + logProbabilities[id];
      if (count < scores.length || score > scores[count - 1]) {
        insert(score, beam, id);
      }
    }
  }

  private void insert(double score, int beam, int id) {
    int at = count < scores.length ? count++ : count - 1;
    while (at > 0 && scores[at - 1] < score) {
      scores[at] = scores[at - 1];
      beams[at] = beams[at - 1];
      ids[at] = ids[at - 1];
      at--;
    }
    scores[at] = score;
    beams[at] = beam;
    ids[at] = id;
  }

  int count() {
    return count;
  }

  double score(int rank) {
    return scores[rank];
  }

  int beam(int rank) {
    return beams[rank];
  }

  int id(int rank) {
    return ids[rank];
  }
}
