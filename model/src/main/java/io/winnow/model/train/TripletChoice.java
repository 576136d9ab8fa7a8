package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which triplets of AdaLoRA stay at the end of a step; the others get lambda 0. Empty for other
 * methods.
 *
 * @param stays indices of those that stay, ascending, of every head; all of them where nothing is
 *     selected
 * @param importanceMoves whether this step counts in the importance of triplets; in the rest at the
 *     end it does not, so that the same ones stay
 */
public record TripletChoice(Map<AdapterId, List<Integer>> stays, boolean importanceMoves) {
  /** No triplets. */
  public static final TripletChoice NONE = new TripletChoice(Map.of(), false);

  public TripletChoice {
    stays = Map.copyOf(stays);
  }

  /** The part about these heads. */
  TripletChoice of(Set<AdapterId> heads) {
    Map<AdapterId, List<Integer>> part = new TreeMap<>(stays);
    part.keySet().retainAll(heads);
    return new TripletChoice(part, importanceMoves);
  }

  /** Which triplets of a head stay. */
  boolean[] stays(AdapterSpec head) {
    List<Integer> chosen = stays.get(head.id());
    if (chosen == null) {
      throw new IllegalStateException("no choice of triplets of live head " + head.id());
    }
    boolean[] stay = new boolean[head.rank()];
    chosen.forEach(i -> stay[i] = true);
    return stay;
  }
}
