package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which heads grow at the end of a step, to which rank; empty at almost every step. */
public record Expansion(ExpansionRule rule, Map<AdapterId, Integer> ranks) {
  /** Nothing grows. */
  public static final Expansion NONE = new Expansion(ExpansionRule.SMART, Map.of());

  public Expansion {
    ranks = Map.copyOf(ranks);
  }

  /** The part about these heads. */
  Expansion of(Set<AdapterId> heads) {
    Map<AdapterId, Integer> part = new TreeMap<>(ranks);
    part.keySet().retainAll(heads);
    return new Expansion(rule, part);
  }
}
