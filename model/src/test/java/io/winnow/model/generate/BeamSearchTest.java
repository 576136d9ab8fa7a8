package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeamSearchTest {
  private static final int VOCABULARY = 4;
  private static final double[] PENALTIES = {-1, 0, 0.5, 1, 2};
  private static final String[] STOPPING = {"true", "false", "never"};

  private static List<Generated> search(ToyModel model, String settings, int[]... prompts) {
    try (var decoding = new ToyDecoding(model)) {
      return new Generator(Settings.of(settings)).generate(decoding, Prompts.of(prompts));
    }
  }

  @Property(tries = 60)
  void beamsThatHoldEverythingFindTheBestSequenceThereIs(
      @ForAll @LongRange(min = 0, max = 1000) long seed,
      @ForAll @IntRange(min = 1, max = 4) int maxNew,
      @ForAll @IntRange(max = 4) int penalty,
      @ForAll @IntRange(max = 3) int ngram,
      @ForAll @IntRange(max = 3) int min) {
    ToyModel model = ToyModel.hashed(seed, VOCABULARY);
    String settings =
        "num_beams=256 early_stopping=never max_new_tokens=%d length_penalty=%s no_repeat_ngram_size=%d min_new_tokens=%d"
            .formatted(maxNew, PENALTIES[penalty], ngram, Math.min(min, maxNew));
    var all = Exhaustive.of(model, Settings.of(settings), List.of(1, 2));
    if (all.isEmpty()) {
      return; // every sequence repeats itself
    }
    double p = PENALTIES[penalty];
    Exhaustive.Whole best =
        all.stream().max(Comparator.comparingDouble(whole -> whole.score(p))).orElseThrow();
    Generated found = search(model, settings, new int[] {1, 2}).get(0);
    assertThat(ToyModel.boxed(found.ids())).isEqualTo(best.ids());
    assertThat(found.score()).isCloseTo(best.score(p), within(1e-5));
  }

  @Property(tries = 200)
  void allSequencesAreThoseOfAPlainSearch(
      @ForAll @LongRange(min = 0, max = 1000) long seed,
      @ForAll @IntRange(min = 2, max = 4) int beams,
      @ForAll @IntRange(min = 1, max = 8) int maxNew,
      @ForAll @IntRange(max = 4) int penalty,
      @ForAll @IntRange(max = 2) int stopping) {
    ToyModel model = ToyModel.hashed(seed, 7);
    String settings =
        "num_beams=%d num_return_sequences=%d max_new_tokens=%d length_penalty=%s early_stopping=%s eos_token_id=0,3"
            .formatted(beams, beams, maxNew, PENALTIES[penalty], STOPPING[stopping]);
    int[][] prompts = {{1, 2}, {4}, {5, 5, 6}};
    var wanted = new ArrayList<PlainBeams.End>();
    for (int[] prompt : prompts) {
      var plain = new PlainBeams(model, Settings.of(settings));
      wanted.addAll(plain.search(ToyModel.boxed(prompt)));
    }
    List<Generated> found = search(model, settings, prompts);
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < found.size(); i++) {
      assertThat(withFirstEnd(found.get(i).ids())).isEqualTo(withFirstEnd(wanted.get(i).ids()));
      assertThat(found.get(i).score()).isCloseTo(wanted.get(i).score(), within(1e-5));
    }
  }

  private static List<Integer> withFirstEnd(int[] ids) {
    return withFirstEnd(ToyModel.boxed(ids));
  }

  /** The first of the end tokens stands for all of them. */
  private static List<Integer> withFirstEnd(List<Integer> ids) {
    return ids.stream().map(id -> id == 3 ? 0 : id).toList();
  }

  @Property(tries = 50)
  void batchedBeamsAreThoseOfEachPromptAlone(
      @ForAll @LongRange(min = 0, max = 1000) long seed,
      @ForAll @IntRange(min = 2, max = 4) int beams) {
    ToyModel model = ToyModel.hashed(seed, 6);
    String settings =
        "num_beams=%d num_return_sequences=2 max_length=9 no_repeat_ngram_size=2 min_length=5 repetition_penalty=1.3"
            .formatted(beams);
    int[][] prompts = {{1, 2, 3}, {4}, {5, 5, 1, 2}};
    List<Generated> together = search(model, settings, prompts);
    for (int i = 0; i < prompts.length; i++) {
      List<Generated> alone = search(model, settings, prompts[i]);
      for (int j = 0; j < 2; j++) {
        assertThat(together.get(2 * i + j).ids()).isEqualTo(alone.get(j).ids());
        assertThat(together.get(2 * i + j).score()).isEqualTo(alone.get(j).score());
      }
    }
  }

  /** {@code true} stops once two ended, although "1 1 0" will be better than both. */
  @ParameterizedTest
  @CsvSource({"true, 0, 2", "false, 1 1 0, 4"})
  void earlyStoppingStopsWhenFull(String mode, String best, int calls) {
    ToyModel model =
        ToyModel.table(
            Map.of(
                "9", new double[] {.5, .4, .1},
                "9 1", new double[] {.3, .699, .001},
                "9 1 1", new double[] {.998, .001, .001}),
            .34,
            .33,
            .33);
    check(model, "length_penalty=1 max_new_tokens=6 early_stopping=" + mode, best, calls);
  }

  /** "1 0" equals the best that runs; only a longer one can still become better. */
  @ParameterizedTest
  @CsvSource({"false, 0, 2", "never, 1 1 1 1 1 0, 6"})
  void neverStopsOnlyWhenNoLengthWouldHelp(String mode, String best, int calls) {
    ToyModel model =
        ToyModel.table(
            Map.of(
                "9", new double[] {.5, .4, .1},
                "9 1", new double[] {.5, .4999, .0001},
                "9 1 1 1 1 1", new double[] {.998, .001, .001}),
            .0005,
            .999,
            .0005);
    check(model, "length_penalty=1 max_new_tokens=6 early_stopping=" + mode, best, calls);
  }

  private static void check(ToyModel model, String settings, String best, int calls) {
    try (var decoding = new ToyDecoding(model)) {
      Generated found =
          new Generator(Settings.of("num_beams=2 " + settings))
              .generate(decoding, Prompts.of(new int[] {9}))
              .get(0);
      assertThat(found.ids()).isEqualTo(ids(best));
      assertThat(decoding.rowsOfCalls()).hasSize(calls);
    }
  }

  private static int[] ids(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @Test
  void forcedTokensCostNothing() {
    ToyModel model = ToyModel.hashed(3, 6);
    String forced =
        "num_beams=3 max_length=5 forced_bos_token_id=4 forced_eos_token_id=0 length_penalty=0";
    Generated found = search(model, forced, new int[] {1}).get(0);
    assertThat(found.ids()).startsWith(4).hasSize(4).endsWith(0);
    double second = model.logProbabilities(List.of(1, 4))[found.ids()[1]];
    double third = model.logProbabilities(List.of(1, 4, found.ids()[1]))[found.ids()[2]];
    assertThat(found.score()).isCloseTo(second + third, within(1e-5));
  }

  @Test
  void promptsThatAreDoneAreGivenUp() {
    ToyModel model =
        history ->
            history.get(0) == 1
                ? new float[] {9, 8, 0, 0, 0, 0, 0, 0}
                : new float[] {-9, 0, 1, 2, 3, 4, 5, 6};
    try (var decoding = new ToyDecoding(model)) {
      new Generator(Settings.of("num_beams=2 early_stopping=true max_new_tokens=5"))
          .generate(decoding, Prompts.of(new int[] {1}, new int[] {2}));
      assertThat(decoding.rowsOfCalls()).containsExactly(2, 4, 2, 2, 2);
    }
  }

  @Test
  void leavesNoMemoryBehind() {
    long before = Tensor.liveBytes();
    search(ToyModel.hashed(1, 5), "num_beams=3 max_new_tokens=4", new int[] {1});
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void endTokensThatLeaveNothingElseAreRefused() {
    String settings = "num_beams=2 max_new_tokens=3 eos_token_id=0,1,2";
    assertThatThrownBy(() -> search(ToyModel.hashed(1, 3), settings, new int[] {1}))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("eos_token_id [0, 1, 2]");
  }
}
