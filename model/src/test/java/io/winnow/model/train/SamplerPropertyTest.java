package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.train.Sampler.Draw;
import io.winnow.model.train.Sampler.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SamplerPropertyTest {
  private static List<Draw> draws(Sampler sampler, Position from, long steps) {
    List<Draw> draws = new ArrayList<>();
    Position at = from;
    for (long step = 0; step < steps; step++) {
      Draw draw = sampler.draw(at);
      draws.add(draw);
      at = draw.next();
    }
    return draws;
  }

  @Property
  void everyEpochDrawsEachExampleOnceAndOnlyItsLastBatchIsSmaller(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int size,
      @ForAll @IntRange(min = 1, max = 70) int batch) {
    Sampler sampler = new Sampler(seed, size, batch);
    long steps = Sampler.stepsPerEpoch(size, batch);
    Position at = Position.START;
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Draw> draws = draws(sampler, at, steps);
      int[] seen = draws.stream().flatMapToInt(d -> Arrays.stream(d.examples())).toArray();
      assertThat(Arrays.stream(seen).sorted().toArray())
          .isEqualTo(IntStream.range(0, size).toArray());
      assertThat(draws.subList(0, draws.size() - 1)).allMatch(d -> d.examples().length == batch);
      at = draws.get(draws.size() - 1).next();
      assertThat(at).isEqualTo(new Position(epoch + 1, 0));
    }
  }

  @Property
  void aSamplerStartedAnywhereGoesOnAsTheFirstOneDid(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll @IntRange(min = 1, max = 9) int batch,
      @ForAll @IntRange(max = 29) int restart) {
    List<Draw> undisturbed = draws(new Sampler(seed, size, batch), Position.START, 30);
    Position at = restart == 0 ? Position.START : undisturbed.get(restart - 1).next();
    List<Draw> resumed = draws(new Sampler(seed, size, batch), at, 30 - restart);
    for (int i = 0; i < resumed.size(); i++) {
      assertThat(resumed.get(i).examples())
          .as("step %d", restart + i)
          .isEqualTo(undisturbed.get(restart + i).examples());
    }
  }

  @Property
  void theOrderInWhichPositionsAreAskedDoesNotMatter(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int size) {
    Sampler sampler = new Sampler(seed, size, size);
    int[] first = sampler.draw(Position.START).examples();
    int[] later = sampler.draw(new Position(7, 0)).examples();

    assertThat(sampler.draw(Position.START).examples()).isEqualTo(first);
    assertThat(new Sampler(seed, size, size).draw(new Position(7, 0)).examples()).isEqualTo(later);
  }

  /** Most are short and few are long, as in instruction data. */
  private static int[] skewed(long seed, int size) {
    int[] lengths = new int[size];
    for (int i = 0; i < size; i++) {
      float u = CounterHash.uniform(seed, i);
      lengths[i] = 4 + (int) (500 * u * u * u * u);
    }
    return lengths;
  }

  @Property
  void everyEpochByLengthDrawsEachExampleOnceAndOnlyItsLastBatchIsSmaller(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 400) int size,
      @ForAll @IntRange(min = 1, max = 7) int batch) {
    Sampler sampler = Sampler.byLength(seed, skewed(seed, size), batch);
    long steps = Sampler.stepsPerEpoch(size, batch);
    Position at = Position.START;
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Draw> draws = draws(sampler, at, steps);
      int[] seen = draws.stream().flatMapToInt(d -> Arrays.stream(d.examples())).toArray();
      assertThat(Arrays.stream(seen).sorted().toArray())
          .isEqualTo(IntStream.range(0, size).toArray());
      assertThat(draws.subList(0, draws.size() - 1)).allMatch(d -> d.examples().length == batch);
      at = draws.get(draws.size() - 1).next();
      assertThat(at).isEqualTo(new Position(epoch + 1, 0));
    }
  }

  @Property
  void stepByLengthBeginsWithItsLongestExample(@ForAll long seed) {
    int[] lengths = skewed(seed, 333);
    for (Draw draw : draws(Sampler.byLength(seed, lengths, 4), Position.START, 168)) {
      assertThat(Arrays.stream(draw.examples()).map(i -> -lengths[i]).toArray()).isSorted();
    }
  }

  @Property
  void aSamplerByLengthStartedAnywhereGoesOnAsTheFirstOneDid(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int size,
      @ForAll @IntRange(max = 99) int restart) {
    int[] lengths = skewed(seed, size);
    List<Draw> undisturbed = draws(Sampler.byLength(seed, lengths, 3), Position.START, 100);
    Position at = restart == 0 ? Position.START : undisturbed.get(restart - 1).next();
    List<Draw> resumed = draws(Sampler.byLength(seed, lengths, 3), at, 100 - restart);
    for (int i = 0; i < resumed.size(); i++) {
      assertThat(resumed.get(i).examples())
          .as("step %d", restart + i)
          .isEqualTo(undisturbed.get(restart + i).examples());
    }
  }

  @Example
  void groupingByLengthSavesMostOfThePadding() {
    int[] lengths = skewed(5, 3000);
    long tokens = Arrays.stream(lengths).sum();
    double mixed = padded(new Sampler(1, 3000, 8), lengths) / (double) tokens;
    double grouped = padded(Sampler.byLength(1, lengths, 8), lengths) / (double) tokens;

    assertThat(mixed).isGreaterThan(2.0);
    assertThat(grouped).isLessThan(1.15);
  }

  /** Tokens of an epoch, padding included. */
  private static long padded(Sampler sampler, int[] lengths) {
    return draws(sampler, Position.START, 375).stream()
        .map(Draw::examples)
        .mapToLong(e -> (long) e.length * Arrays.stream(e).map(i -> lengths[i]).max().orElseThrow())
        .sum();
  }

  @Example
  void stepsByLengthAreInRandomOrder() {
    int[] lengths = skewed(5, 400);
    List<Draw> draws = draws(Sampler.byLength(1, lengths, 8), Position.START, 100);
    List<Integer> longest = draws.stream().map(d -> lengths[d.examples()[0]]).toList();
    long falls = IntStream.range(1, 50).filter(i -> longest.get(i) < longest.get(i - 1)).count();

    assertThat(falls).isBetween(14L, 35L);
    assertThat(longest.subList(50, 100)).isNotEqualTo(longest.subList(0, 50));
  }

  @Example
  void ofEqualLengthsNothingIsSortedOutOfThePermutation() {
    int[] equal = new int[24];
    Arrays.fill(equal, 9);
    List<int[]> plain = examples(new Sampler(7, 24, 4));
    List<int[]> grouped = examples(Sampler.byLength(7, equal, 4));

    assertThat(grouped.stream().map(Arrays::toString))
        .containsExactlyInAnyOrderElementsOf(plain.stream().map(Arrays::toString).toList());
  }

  private static List<int[]> examples(Sampler sampler) {
    return draws(sampler, Position.START, 6).stream().map(Draw::examples).toList();
  }

  @Example
  void epochsAndSeedsDrawInDifferentOrders() {
    Sampler sampler = new Sampler(1, 50, 50);
    int[] first = sampler.draw(Position.START).examples();

    assertThat(sampler.draw(new Position(1, 0)).examples()).isNotEqualTo(first);
    assertThat(new Sampler(2, 50, 50).draw(Position.START).examples()).isNotEqualTo(first);
  }

  @Example
  void everyPlaceOfAnEpochIsAsLikelyForEveryExample() {
    int[][] counts = new int[4][4];
    int epochs = 20_000;
    Sampler sampler = new Sampler(3, 4, 4);
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = sampler.draw(new Position(epoch, 0)).examples();
      for (int place = 0; place < 4; place++) {
        counts[place][order[place]]++;
      }
    }
    double sigma = Math.sqrt(epochs * 0.25 * 0.75);
    assertThat(Arrays.stream(counts).flatMapToInt(Arrays::stream).boxed().toList())
        .allMatch(count -> Math.abs(count - epochs * 0.25) < 5 * sigma);
  }
}
