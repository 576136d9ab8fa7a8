package io.winnow.model.generate;

import java.util.Arrays;

/**
 * A sequence on its way: what it began with, and what was generated. Immutable; arrays are shared
 * with nobody who writes.
 *
 * @param ids the prompt of a causal model, or the decoder's start token; then the new tokens
 * @param given how many of them are not new
 * @param limit new tokens that it may have at most
 */
record Sequence(int[] ids, int given, int limit) {
  Sequence plus(int id) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = id;
    return new Sequence(longer, given, limit);
  }

  int generated() {
    return ids.length - given;
  }

  boolean isFull() {
    return generated() >= limit;
  }

  int last() {
    return ids[ids.length - 1];
  }

  /** The new tokens. */
  int[] news() {
    return Arrays.copyOfRange(ids, given, ids.length);
  }
}
