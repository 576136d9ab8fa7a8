package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.Golden;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.NetworkSettings;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.Tensor;
import io.winnow.model.io.SafeTensors;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What transformers generated from every golden case that has generate.safetensors: token for
 * token, with cache and without, batched and one by one, on every backend.
 */
class GenerateGoldenTest {
  /** What each tensor of BART was generated with (golden/README.md). */
  private static final Map<String, String> BART =
      Map.of(
          "greedy", "",
          "greedy_ngram2", "no_repeat_ngram_size=2",
          "beam8_lp06_ngram2", "num_beams=8 length_penalty=0.6 no_repeat_ngram_size=2",
          "beam4", "num_beams=4",
          "beam4_lp2_ngram3_min6",
              "num_beams=4 num_return_sequences=4 early_stopping=true length_penalty=2"
                  + " no_repeat_ngram_size=3 min_length=6");

  private static final String BART_ALWAYS =
      "max_length=16 forced_bos_token_id=0 forced_eos_token_id=2";

  /** Those of Llama in transformers' file; end tokens were not looked for. */
  private static final Map<String, String> LLAMA =
      Map.of("greedy", "max_new_tokens=10 eos_token_id=none");

  /** How the model is asked. */
  private enum Way {
    CACHED,
    UNCACHED,
    ONE_BY_ONE
  }

  static Stream<Arguments> cases() {
    return Golden.all().stream()
        .filter(golden -> Files.exists(golden.folder().resolve("generate.safetensors")))
        .flatMap(
            golden ->
                searches(golden).keySet().stream()
                    .sorted()
                    .flatMap(
                        search ->
                            Arrays.stream(BackendKind.values())
                                .map(kind -> Arguments.of(golden, search, kind))));
  }

  private static Map<String, String> searches(Golden golden) {
    return isBart(golden) ? BART : LLAMA;
  }

  private static boolean isBart(Golden golden) {
    return golden.config().path("model_type").asText().equals("bart");
  }

  @Test
  void everySearchOfTheFilesIsTried() {
    assertThat(cases()).hasSize(7 * BackendKind.values().length);
    for (Golden golden : cases().map(each -> (Golden) each.get()[0]).distinct().toList()) {
      try (SafeTensors file = golden.file("generate")) {
        assertThat(
                file.names().stream()
                    .filter(name -> !name.endsWith("_scores") && !name.contains("input_ids"))
                    .filter(name -> !name.contains("mask"))
                    .map(name -> name.substring("generate.".length())))
            .containsExactlyInAnyOrderElementsOf(searches(golden).keySet());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensAndScoresMatch(Golden golden, String search, BackendKind kind) {
    check(golden, search, kind, Way.CACHED);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theyMatchWithoutCache(Golden golden, String search, BackendKind kind) {
    check(golden, search, kind, Way.UNCACHED);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theyMatchOneByOne(Golden golden, String search, BackendKind kind) {
    check(golden, search, kind, Way.ONE_BY_ONE);
  }

  private static void check(Golden golden, String search, BackendKind kind, Way way) {
    GenerationSettings settings = settings(golden, search);
    long before = Tensor.liveBytes();
    try (SafeTensors file = golden.file("generate");
        FrozenBase base = golden.base();
        Network network =
            base.network(new NetworkSettings(kind.create(), 0f, BaseDropout.AS_CONFIGURED));
        Decoding decoding = decoding(network, way)) {
      Prompts prompts = prompts(golden);
      var found = new ArrayList<Generated>();
      if (way == Way.ONE_BY_ONE) {
        for (Prompts.Prompt prompt : prompts.all()) {
          var one = new Prompts(List.of(prompt));
          found.addAll(new Generator(settings).generate(decoding, one));
        }
      } else {
        found.addAll(new Generator(settings).generate(decoding, prompts));
      }
      compareTokens(found, file, search, isBart(golden) ? 1 : promptLength(file));
      String scores = "generate." + search + ".sequences_scores";
      if (file.names().contains(scores)) {
        double deviation = golden.deviation("base", "logits");
        compareScores(settings, found, file.floats(scores), deviation);
      }
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  private static GenerationSettings settings(Golden golden, String search) {
    GenerationSettings settings =
        GenerationSettings.of(null, golden.config())
            .with(Settings.map(isBart(golden) ? BART_ALWAYS : ""));
    return settings.with(Settings.map(searches(golden).get(search)));
  }

  private static Decoding decoding(Network network, Way way) {
    if (way != Way.UNCACHED) {
      return network.decoding();
    }
    try (Decoding cached = network.decoding()) {
      return new UncachedDecoding(network, cached.longest());
    }
  }

  private static int promptLength(SafeTensors file) {
    return (int) file.shape("generate.input_ids")[1];
  }

  /** The rows without their padding. */
  private static Prompts prompts(Golden golden) {
    boolean bart = isBart(golden);
    String prefix = bart ? "" : "generate.";
    try (SafeTensors file = golden.file(bart ? "base_case" : "generate")) {
      int[] ids = Golden.ints(file.longs(prefix + "input_ids"));
      int[] mask = Golden.ints(file.longs(prefix + "attention_mask"));
      int rows = (int) file.shape(prefix + "input_ids")[0];
      int length = ids.length / rows;
      int[][] prompts = new int[rows][];
      for (int r = 0; r < rows; r++) {
        int from = r * length;
        prompts[r] =
            IntStream.range(from, from + length)
                .filter(i -> mask[i] == 1)
                .map(i -> ids[i])
                .toArray();
      }
      return Prompts.of(prompts);
    }
  }

  /** Their rows begin with the prompt, or the decoder's start token. */
  private static void compareTokens(
      List<Generated> found, SafeTensors file, String search, int given) {
    String name = "generate." + search;
    int[] want = Golden.ints(file.longs(name));
    int length = (int) file.shape(name)[1];
    assertThat(found).hasSize((int) file.shape(name)[0]);
    for (int i = 0; i < found.size(); i++) {
      int[] row = Arrays.copyOfRange(want, i * length + given, (i + 1) * length);
      assertThat(found.get(i).ids()).as("%s[%d]", name, i).isEqualTo(row);
    }
  }

  /**
   * A score is the sum of n log-probabilities, each with twice the deviation of a logit (its own
   * and that of the normaliser), divided by n to the power of the penalty; ten times that, as
   * golden/README.md says.
   */
  private static void compareScores(
      GenerationSettings settings, List<Generated> found, float[] want, double deviation) {
    for (int i = 0; i < want.length; i++) {
      int n = found.get(i).ids().length;
      double stated = n * 2 * deviation / Math.pow(n, settings.beams().lengthPenalty());
      assertThat(found.get(i).score())
          .as("score of %d", i)
          .isCloseTo(want[i], within(10 * stated + 1e-6 * Math.abs(want[i])));
    }
  }
}
