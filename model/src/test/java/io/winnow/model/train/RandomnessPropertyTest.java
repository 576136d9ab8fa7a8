package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RandomnessPropertyTest {
  private static final int DRAWS = 20_000;

  /** Six standard deviations: a fair stream fails once in five hundred million. */
  private static final double SIGMAS = 6;

  @Property(tries = 50)
  void everyStreamIsUniform(@ForAll long seed, @ForAll Randomness purpose) {
    long key = purpose.key(seed);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double centred = CounterHash.uniform(key, i) - 0.5;
      assertThat(centred).isBetween(-0.5, Math.nextDown(0.5));
      sum += centred;
      squares += centred * centred;
    }
    double variance = 1.0 / 12;
    double ofSquares = 1.0 / 80 - variance * variance;
    assertThat(sum / DRAWS).isCloseTo(0, within(SIGMAS * Math.sqrt(variance / DRAWS)));
    assertThat(squares / DRAWS).isCloseTo(variance, within(SIGMAS * Math.sqrt(ofSquares / DRAWS)));
  }

  @Property(tries = 50)
  void streamsOfTwoPurposesAreNotCorrelated(
      @ForAll long seed, @ForAll Randomness one, @ForAll Randomness other) {
    Assume.that(one != other);
    assertThat(correlation(one.key(seed), other.key(seed)))
        .isCloseTo(0, within(SIGMAS / Math.sqrt(DRAWS)));
  }

  @Property(tries = 50)
  void streamsOfNeighbouringSeedsAndPlacesAreNotCorrelated(
      @ForAll long seed, @ForAll Randomness purpose, @ForAll @IntRange(max = 1000) int place) {
    double limit = SIGMAS / Math.sqrt(DRAWS);
    assertThat(correlation(purpose.key(seed, place), purpose.key(seed, place + 1)))
        .isCloseTo(0, within(limit));
    assertThat(correlation(purpose.key(seed, place), purpose.key(seed + 1, place)))
        .isCloseTo(0, within(limit));
  }

  private static double correlation(long one, long other) {
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      sum += (CounterHash.uniform(one, i) - 0.5) * (CounterHash.uniform(other, i) - 0.5);
    }
    return 12 * sum / DRAWS;
  }

  @Example
  void noTwoPlacesOfARunShareAKey() {
    Set<Long> keys = new HashSet<>();
    int places = 0;
    for (Randomness purpose : Randomness.values()) {
      for (int place = 0; place < 1000; place++) {
        keys.add(purpose.key(1, place));
        places++;
      }
    }
    assertThat(keys).hasSize(places);
  }

  @Property
  void drawnHeadsAreDistinctAscendingAndAFunctionOfTheSeed(
      @ForAll long seed,
      @ForAll @IntRange(max = 60) int heads,
      @ForAll @IntRange(max = 70) int keep) {
    List<Integer> drawn = RandomHeads.draw(seed, heads, keep);

    assertThat(drawn).hasSize(Math.min(heads, keep)).doesNotHaveDuplicates().isSorted();
    assertThat(drawn).allMatch(index -> index >= 0 && index < heads);
    assertThat(RandomHeads.draw(seed, heads, keep)).isEqualTo(drawn);
  }

  @Example
  void everyHeadIsDrawnAboutAsOften() {
    int runs = 6000;
    int[] counts = new int[12];
    for (long seed = 0; seed < runs; seed++) {
      RandomHeads.draw(seed, 12, 3).forEach(index -> counts[index]++);
    }
    double sigma = Math.sqrt(runs * 0.25 * 0.75);
    for (int count : counts) {
      assertThat((double) count).isCloseTo(runs * 0.25, within(5 * sigma));
    }
  }

  @Property
  void drawnAdaptersStayWithinTheirBound(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 64) int in) {
    float bound = (float) (1 / Math.sqrt(in));
    float[] a =
        AdapterInit.uniform(500, new AdapterInit.Draw(Randomness.ADAPTER_INIT.key(seed), bound));
    float lowest = 0;
    float highest = 0;
    for (float value : a) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }

    assertThat(lowest).isBetween(-bound, -0.9f * bound);
    assertThat(highest).isBetween(0.9f * bound, bound);
  }
}
