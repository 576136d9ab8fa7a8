package io.winnow.model.train;

import io.winnow.model.compute.CounterHash;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The `rand` method's choice: K heads drawn once, uniformly without replacement, by the seed. */
public final class RandomHeads {
  private RandomHeads() {}

  /** Indices of min(K, n) heads, ascending. */
  public static List<Integer> draw(long seed, int heads, int keep) {
    long key = Randomness.RANDOM_HEADS.key(seed);
    return IntStream.range(0, heads)
        .boxed()
        .sorted(Comparator.comparingLong((Integer i) -> CounterHash.bits(key, i)))
        .limit(keep)
        .sorted()
        .toList();
  }
}
