package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

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
