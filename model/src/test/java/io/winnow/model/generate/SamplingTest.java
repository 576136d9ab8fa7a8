package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final double[] P = {.4, .3, .2, .1};

  /** Relative frequency of each token among draws of many prompts. */
  private static double[] frequencies(String settings, double... p) {
    var choice = new SampledChoice(Settings.of("do_sample=true " + settings).sampling());
    int draws = 20_000;
    double[] frequencies = new double[p.length];
    for (int i = 0; i < draws; i++) {
      double[] scores = Arrays.stream(p).map(StrictMath::log).toArray();
      frequencies[choice.choose(scores, new TokenChoice.Place(i, 0, 0))] += 1.0 / draws;
    }
    return frequencies;
  }

  /** Four standard deviations of a frequency of 20,000 draws. */
  private static void assertClose(double[] got, double... want) {
    assertThat(got).containsExactly(want, within(0.0142));
  }

  @Test
  void frequenciesAreProbabilities() {
    assertClose(frequencies("top_k=0", P), P);
  }

  @Test
  void temperatureSharpensAndFlattens() {
    double[] square = Arrays.stream(P).map(p -> p * p / .3).toArray();
    assertClose(frequencies("temperature=0.5", P), square);
    assertClose(frequencies("temperature=1e9", P), .25, .25, .25, .25);
  }

  @Test
  void coldestIsGreedy() {
    assertThat(frequencies("temperature=1e-300", .2, .3, .4, .1)[2]).isCloseTo(1, within(1e-9));
  }

  @Test
  void topKKeepsTheBestAndTiesOfTheLast() {
    assertClose(frequencies("top_k=2", P), 4 / 7., 3 / 7., 0, 0);
    assertClose(frequencies("top_k=1", P), 1, 0, 0, 0);
    assertClose(frequencies("top_k=2", .2, .4, .2, .2), .2, .4, .2, .2);
    assertClose(frequencies("top_k=9", P), P);
  }

  @Test
  void topPKeepsTheFewestThatReachIt() {
    assertClose(frequencies("top_p=0.65", P), 4 / 7., 3 / 7., 0, 0);
    assertClose(frequencies("top_p=0.75", P), 4 / 9., 3 / 9., 2 / 9., 0);
    assertClose(frequencies("top_p=1.0", P), P);
  }

  @Test
  void topPBelowTheFirstProbabilityKeepsOne() {
    assertClose(frequencies("top_p=0.1", P), 1, 0, 0, 0);
    assertClose(frequencies("top_p=0", .1, .2, .3, .4), 0, 0, 0, 1);
  }

  @Test
  void topPKeepsTheLowerOfEqualTokens() {
    assertClose(frequencies("top_p=0.4", .25, .25, .25, .25), .5, .5, 0, 0);
    assertClose(frequencies("top_p=0", .25, .25, .25, .25), 1, 0, 0, 0);
  }

  @Test
  void topPCountsWhatTopKLeft() {
    assertClose(frequencies("top_k=2 top_p=0.5", P), 1, 0, 0, 0); // 4/7 > 0.5
  }

  @Property(tries = 30)
  void samplesDependOnNothingButTheirKey(@ForAll @LongRange(min = 0, max = 999) long seed) {
    ToyModel model = ToyModel.hashed(5, 9);
    var generator =
        new Generator(
            Settings.of("do_sample=true num_return_sequences=2 max_new_tokens=6 seed=" + seed));
    var prompts =
        new Prompts(
            List.of(
                new Prompts.Prompt(70, new int[] {1, 2}),
                new Prompts.Prompt(3, new int[] {4}),
                new Prompts.Prompt(8, new int[] {4})));
    List<Generated> all = generate(model, generator, prompts);
    for (int i = 0; i < 3; i++) {
      List<Generated> alone =
          generate(model, generator, new Prompts(List.of(prompts.all().get(i))));
      for (int j = 0; j < 2; j++) {
        assertThat(all.get(2 * i + j).ids()).isEqualTo(alone.get(j).ids());
      }
    }
  }

  @Test
  void samplesOfOnePromptDiffer() {
    ToyModel model = history -> new float[9];
    var generator =
        new Generator(
            Settings.of(
                "do_sample=true num_return_sequences=20 max_new_tokens=8 eos_token_id=none"));
    List<Generated> all = generate(model, generator, Prompts.of(new int[] {1}));
    assertThat(all.stream().map(g -> ToyModel.boxed(g.ids())).distinct().count()).isEqualTo(20);
    var other = new Generator(generator.settings().with(Settings.map("seed=1")));
    assertThat(generate(model, other, Prompts.of(new int[] {1})).get(0).ids())
        .isNotEqualTo(all.get(0).ids());
  }

  @Test
  void drawsOfOneSequenceAreIndependent() {
    ToyModel coin = history -> new float[] {-99, 0, 0};
    var generator = new Generator(Settings.of("do_sample=true max_new_tokens=1000"));
    int[] ids = generate(coin, generator, Prompts.of(new int[] {1})).get(0).ids();
    long repeated = IntStream.range(1, ids.length).filter(i -> ids[i] == ids[i - 1]).count();
    assertThat(repeated).isBetween(437L, 563L); // 499.5 within four standard deviations
  }

  @Test
  void nothingLeftToSampleIsRefused() {
    var generator =
        new Generator(Settings.of("do_sample=true max_new_tokens=5 no_repeat_ngram_size=1"));
    assertThatThrownBy(
            () ->
                generate(history -> new float[] {-99, 0, 0}, generator, Prompts.of(new int[] {0})))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no token is left to sample from");
  }

  private static List<Generated> generate(ToyModel model, Generator generator, Prompts prompts) {
    try (var decoding = new ToyDecoding(model)) {
      return generator.generate(decoding, prompts);
    }
  }
}
