package io.winnow.model.train;

/**
 * When and how WeightLoRA+ gives the freed budget to the heads that stay.
 *
 * @param every optimizer steps from one expansion to the next
 * @param times expansions of a run; fewer where K would become 0
 * @param rule how a head grows
 */
public record ExpansionSettings(long every, int times, ExpansionRule rule) {
  /** Rounds of a run that began with so many heads: K = floor(n / 2^round) stays at least 1. */
  int rounds(int headsAtStart) {
    int halvings = 31 - Integer.numberOfLeadingZeros(Math.max(1, headsAtStart));
    return Math.min(times, halvings);
  }

  /** Heads that are left after the last expansion. */
  public int keptOf(int headsAtStart) {
    return headsAtStart >> rounds(headsAtStart);
  }

  /** The round after {@code done} others. */
  SelectionRound round(int done, int headsAtStart) {
    return new SelectionRound(
        Math.multiplyExact(every, done + 1L), new Budget.Heads(headsAtStart >> (done + 1)));
  }

  /** A head that grows at every expansion. */
  public HeadSize largest(HeadSize size) {
    HeadSize grown = size;
    for (int i = 0; i < times; i++) {
      grown = new HeadSize(grown.grownRank(), grown.in(), grown.out());
    }
    return grown;
  }
}
