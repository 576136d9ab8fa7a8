package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TokenSearchTest {
  private static final int VOCABULARY = 8;

  private static List<Generated> search(ToyModel model, Generator generator, int[]... prompts) {
    try (var decoding = new ToyDecoding(model)) {
      return generator.generate(decoding, Prompts.of(prompts));
    }
  }

  private static Generated one(ToyModel model, String settings, int... prompt) {
    return search(model, new Generator(Settings.of(settings)), prompt).get(0);
  }

  private static int likeliest(double[] log) {
    int best = 0;
    for (int i = 1; i < log.length; i++) {
      best = log[i] > log[best] ? i : best;
    }
    return best;
  }

  @Property(tries = 50)
  void greedyTakesTheLikeliestTokenEveryTime(@ForAll @LongRange(min = 0, max = 999) long seed) {
    ToyModel model = ToyModel.hashed(seed, VOCABULARY);
    var ids = new ArrayList<>(List.of(1, 2));
    double sum = 0;
    while (ids.size() < 12 && (ids.size() == 2 || ids.get(ids.size() - 1) != 0)) {
      double[] log = model.logProbabilities(ids);
      ids.add(likeliest(log));
      sum += log[likeliest(log)];
    }
    Generated found = one(model, "max_length=12", 1, 2);
    assertThat(ToyModel.boxed(found.ids())).isEqualTo(ids.subList(2, ids.size()));
    assertThat(found.score()).isCloseTo(sum / found.ids().length, within(1e-5));
  }

  @Property(tries = 50)
  void batchedIsOneByOne(@ForAll @LongRange(min = 0, max = 999) long seed) {
    ToyModel model = ToyModel.hashed(seed, VOCABULARY);
    var generator = new Generator(Settings.of("max_length=10 no_repeat_ngram_size=2 min_length=6"));
    int[][] prompts = {{1}, {2, 3, 4}, {5, 5}};
    List<Generated> together = search(model, generator, prompts);
    for (int i = 0; i < prompts.length; i++) {
      assertThat(together.get(i).ids())
          .isEqualTo(search(model, generator, prompts[i]).get(0).ids());
    }
  }

  @Test
  void tiesGoToTheLowestToken() {
    assertThat(one(history -> new float[] {1, 3, 3, 3}, "max_new_tokens=2", 2).ids())
        .containsExactly(1, 1);
  }

  @Property(tries = 50)
  void noNgramOccursTwice(@ForAll @LongRange(min = 0, max = 999) long seed) {
    ToyModel model = ToyModel.hashed(seed, 5);
    Generated found = one(model, "max_new_tokens=7 no_repeat_ngram_size=2 eos_token_id=none", 1, 1);
    var ids = new ArrayList<>(List.of(1, 1));
    ids.addAll(ToyModel.boxed(found.ids()));
    var pairs = new ArrayList<List<Integer>>();
    for (int i = 0; i + 2 <= ids.size(); i++) {
      pairs.add(ids.subList(i, i + 2));
    }
    assertThat(pairs).doesNotHaveDuplicates();
  }

  @Test
  void whereEverythingIsBannedTheFirstTokenComes() {
    String settings = "max_new_tokens=3 no_repeat_ngram_size=1 eos_token_id=none";
    assertThat(one(history -> new float[] {1, 2}, settings, 3).ids()).containsExactly(1, 0, 0);
  }

  @Test
  void nothingEndsBeforeItsLeastLength() {
    ToyModel eager = history -> new float[] {9, 1, 2};
    assertThat(one(eager, "max_length=9 min_length=5", 1, 2).ids()).containsExactly(2, 2, 2, 0);
    assertThat(one(eager, "max_length=9 min_new_tokens=2", 1, 2).ids()).containsExactly(2, 2, 0);
    assertThat(one(eager, "max_length=9 min_length=2", 1, 2).ids()).containsExactly(0);
  }

  @Test
  void everyEndTokenEnds() {
    ToyModel model = ToyModel.table(Map.of("4 1", new double[] {.1, .1, .7, .1}), .1, .6, .1, .2);
    Generated found = one(model, "max_length=9 eos_token_id=3,2", 4);
    assertThat(found.ids()).containsExactly(1, 2);
    assertThat(found.ending()).isEqualTo(Generated.Ending.END_TOKEN);
  }

  @Test
  void whatReachesItsGreatestLengthEndsForced() {
    ToyModel model = history -> new float[] {0, 1, 2};
    Generated free = one(model, "max_length=4", 1);
    assertThat(free.ids()).containsExactly(2, 2, 2);
    assertThat(free.ending()).isEqualTo(Generated.Ending.LENGTH);
    String forced = "max_length=4 forced_eos_token_id=0 forced_bos_token_id=1";
    assertThat(one(model, forced, 1).ids()).containsExactly(1, 2, 0);
    assertThat(one(model, forced, 1, 1).ids()).containsExactly(2, 0);
  }

  @Test
  void forcedTokenOutsideOfTheVocabularyIsRefused() {
    assertThatThrownBy(() -> one(ToyModel.hashed(1, 4), "max_length=4 forced_bos_token_id=4", 1))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("token 4 is forced, but the model has 4 tokens");
  }

  @Test
  void penaltyDividesHighScoresAndMultipliesLowOnes() {
    ToyModel model = history -> new float[] {-5, 4, 2.5f, -1};
    String penalty = "repetition_penalty=2 max_new_tokens=4 eos_token_id=none";
    // 1: 4 -> 2 < 2.5; then 2: 2.5 -> 1.25 < 2
    assertThat(one(model, penalty, 3, 0).ids()).containsExactly(1, 2, 1, 1);
  }

  @Test
  void stopsAtTokensAndTexts() {
    ToyModel counting = history -> oneHot((history.get(history.size() - 1) + 1) % VOCABULARY);
    GenerationSettings settings = Settings.of("max_new_tokens=6 eos_token_id=none");
    StopRule tokens = StopRule.atTokens(List.of(new int[] {7, 7}, new int[] {4, 5}));
    Generated found = search(counting, new Generator(settings, tokens), new int[] {2}).get(0);
    assertThat(found.ids()).containsExactly(3, 4, 5);
    assertThat(found.ending()).isEqualTo(Generated.Ending.STOP_RULE);
    var texts = new StopTexts(List.of("x", "5 6"));
    StopRule text = StopRule.atTexts(TokenSearchTest::text, texts);
    found = search(counting, new Generator(settings, text), new int[] {2}).get(0);
    assertThat(text(found.ids())).isEqualTo("3 4 5 6");
    assertThat(texts.cut(text(found.ids()))).isEqualTo("3 4 ");
    assertThat(texts.cut("nothing")).isEqualTo("nothing");
  }

  @Test
  void stopRuleSeesNewTokensAlone() {
    StopRule rule = StopRule.atTokens(List.of(new int[] {2, 3}));
    var generator = new Generator(Settings.of("max_new_tokens=2 eos_token_id=none"), rule);
    Generated found = search(history -> oneHot(3), generator, new int[] {2}).get(0);
    assertThat(found.ending()).isEqualTo(Generated.Ending.LENGTH);
  }

  private static float[] oneHot(int id) {
    float[] logits = new float[VOCABULARY];
    logits[id] = 5;
    return logits;
  }

  private static String text(int[] ids) {
    return String.join(" ", Arrays.stream(ids).mapToObj(String::valueOf).toList());
  }

  @Test
  void logitsThatAreNotFiniteAreRefused() {
    assertThatThrownBy(() -> one(history -> new float[] {1, Float.NaN}, "max_length=3", 1))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("not finite");
  }
}
