package io.winnow.model.generate;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Ends a sequence before its end token; asked after every token of greedy search and sampling. */
@FunctionalInterface
public interface StopRule {
  /** Ends nothing. */
  StopRule NEVER = ids -> false;

  /** Whether a sequence with these new tokens is complete; they stay part of it. */
  boolean stops(int[] ids);

  /** Stops where the new tokens end with one of these sequences. */
  static StopRule atTokens(List<int[]> endings) {
    List<int[]> copy = endings.stream().map(int[]::clone).toList();
    return ids -> copy.stream().anyMatch(ending -> endsWith(ids, ending));
  }

  /**
   * Stops where the text of the new tokens contains one of these; see {@link StopTexts#cut} to take
   * it away.
   */
  static StopRule atTexts(Function<int[], String> decode, StopTexts texts) {
    return ids -> texts.occurIn(decode.apply(ids));
  }

  private static boolean endsWith(int[] ids, int[] ending) {
    int from = ids.length - ending.length;
    return from >= 0
        && ending.length > 0
        && Arrays.equals(ids, from, ids.length, ending, 0, ending.length);
  }
}
