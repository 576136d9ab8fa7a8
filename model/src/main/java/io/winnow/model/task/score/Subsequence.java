package io.winnow.model.task.score;

import java.util.BitSet;
import java.util.List;

/** Longest common subsequences of token lists. */
final class Subsequence {
  private Subsequence() {}

  /** Length of the longest one. */
  static int length(List<String> reference, List<String> candidate) {
    int[] above = new int[candidate.size() + 1];
    for (String token : reference) {
      int diagonal = 0;
      for (int j = 1; j <= candidate.size(); j++) {
        int old = above[j];
        above[j] = token.equals(candidate.get(j - 1)) ? diagonal + 1 : Math.max(old, above[j - 1]);
        diagonal = old;
      }
    }
    return above[candidate.size()];
  }

  /**
   * Places in the reference of one of the longest: read from the end, a step goes back in the
   * candidate only where that loses less. Which one it is matters for the union over sentences.
   */
  static BitSet places(List<String> reference, List<String> candidate) {
    int[][] lengths = lengths(reference, candidate);
    BitSet places = new BitSet(reference.size());
    int i = reference.size();
    int j = candidate.size();
    while (i > 0 && j > 0) {
      if (reference.get(i - 1).equals(candidate.get(j - 1))) {
        places.set(i - 1);
        i--;
        j--;
      } else if (lengths[i][j - 1] > lengths[i - 1][j]) {
        j--;
      } else {
        i--;
      }
    }
    return places;
  }

  private static int[][] lengths(List<String> reference, List<String> candidate) {
    int[][] lengths = new int[reference.size() + 1][candidate.size() + 1];
    for (int i = 1; i <= reference.size(); i++) {
      for (int j = 1; j <= candidate.size(); j++) {
        lengths[i][j] =
            reference.get(i - 1).equals(candidate.get(j - 1))
                ? lengths[i - 1][j - 1] + 1
                : Math.max(lengths[i - 1][j], lengths[i][j - 1]);
      }
    }
    return lengths;
  }
}
