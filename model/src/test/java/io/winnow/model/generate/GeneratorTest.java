package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.UserProblem;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  private static final ToyModel MODEL = ToyModel.hashed(1, 5);

  private static List<Generated> generate(int longest, String settings, int[]... prompts) {
    try (var decoding = new ToyDecoding(MODEL, longest)) {
      return new Generator(Settings.of(settings)).generate(decoding, Prompts.of(prompts));
    }
  }

  @Test
  void causalPromptsArePaddedOnTheLeft() {
    Tokens tokens = Prompts.of(new int[] {5, 6, 7}, new int[] {8}).tokens(9, null);
    assertThat(tokens.ids()).containsExactly(5, 6, 7, 9, 9, 8);
    assertThat(tokens.mask()).containsExactly(1, 1, 1, 0, 0, 1);
    assertThat(tokens.decoder()).isNull();
  }

  @Test
  void inputsOfAnEncoderArePaddedOnTheRight() {
    Tokens tokens = Prompts.of(new int[] {5, 6, 7}, new int[] {8}).tokens(9, 2);
    assertThat(tokens.ids()).containsExactly(5, 6, 7, 8, 9, 9);
    assertThat(tokens.mask()).containsExactly(1, 1, 1, 1, 0, 0);
    assertThat(tokens.decoder().ids()).containsExactly(2, 2);
    assertThat(tokens.decoder().length()).isEqualTo(1);
  }

  @Test
  void aDecoderCountsItsStartTokenAndNotTheInput() {
    var settings =
        GenerationSettings.of(
            null,
            Settings.json(
                "{'is_encoder_decoder': true, 'decoder_start_token_id': 2, 'max_length': 4}"));
    try (var decoding = new ToyDecoding(MODEL)) {
      List<Generated> found =
          new Generator(settings)
              .generate(decoding, Prompts.of(new int[] {1, 1, 1, 1, 1, 1}, new int[] {3}));
      assertThat(found).allMatch(each -> each.ids().length == 3);
      assertThat(found.get(0).ids()[0]).isEqualTo(best(MODEL.logits(List.of(1, 1, 1, 1, 1, 1, 2))));
    }
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  @Test
  void answersEndWhereTheModelDoes() {
    String settings = "max_new_tokens=50 eos_token_id=none";
    List<Generated> found = generate(9, settings, new int[] {1, 2, 3, 4}, new int[] {1});
    assertThat(found.get(0).ids()).hasSize(5);
    assertThat(found.get(1).ids()).hasSize(8); // not cut by the longer one's padding
    assertThat(found.get(1).prompt()).isEqualTo(1);
  }

  @Test
  void paddingThatFitsIsReadInOneBatch() {
    try (var decoding = new ToyDecoding(MODEL, 9)) {
      new Generator(Settings.of("max_new_tokens=3 eos_token_id=none"))
          .generate(decoding, Prompts.of(new int[] {1, 2, 3, 4}, new int[] {1}));
      assertThat(decoding.rowsOfCalls()).containsExactly(2, 2, 2);
    }
  }

  @Test
  void promptsWithoutRoomAreRefused() {
    assertThatThrownBy(() -> generate(3, "max_new_tokens=1", new int[] {1}, new int[] {1, 2, 3}))
        .isInstanceOf(UserProblem.class)
        .hasMessage(
            "prompt 1 has 3 tokens, which leaves no room for an answer: the model has 3 positions;"
                + " shorten the prompt");
    assertThatThrownBy(() -> generate(99, "max_length=3", new int[] {1, 2, 3}))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("max_length, which counts them, is 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"num_beams=2", "num_beams=1"})
  void cancelledSearchStopsBeforeTheNextToken(String search) {
    var asked = new AtomicInteger();
    try (var decoding = new ToyDecoding(MODEL)) {
      var generator = new Generator(Settings.of("max_new_tokens=9 eos_token_id=none " + search));
      Prompts prompts = Prompts.of(new int[] {1});
      assertThat(generator.generate(decoding, prompts, () -> asked.incrementAndGet() > 3))
          .isEmpty();
      assertThat(decoding.rowsOfCalls()).hasSize(4);
    }
  }

  @Test
  void noPromptsGiveNothing() {
    assertThat(generate(9, "max_length=3")).isEmpty();
  }

  @Test
  void emptyPromptIsRefused() {
    assertThatThrownBy(() -> Prompts.of(new int[0]))
        .isInstanceOf(UserProblem.class)
        .hasMessage("prompt 0 is empty");
  }

  @Test
  void stopRuleWithBeamsIsRefused() {
    assertThatThrownBy(() -> new Generator(Settings.of("num_beams=2"), ids -> true))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("stop texts");
  }
}
