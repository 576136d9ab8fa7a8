package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.SharedData;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.Pass;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Greedy generation: tokens of transformers, and a real model's words. */
class BartDecodingTest {
  private enum Cache {
    USED,
    NONE
  }

  private static final Pass EVALUATE = Pass.of(Pass.Mode.EVALUATE, 0);

  /** Logits of the next token, from all decoder tokens so far, [examples][length]. */
  private interface NextLogits extends AutoCloseable {
    Matrix of(int[][] sequences);

    @Override
    default void close() {}
  }

  private static NextLogits cached(Network network, Tokens inputs) {
    Decoding decoding = network.decoding();
    return new NextLogits() {
      @Override
      public Matrix of(int[][] sequences) {
        int length = sequences[0].length;
        int[] last = Arrays.stream(sequences).mapToInt(s -> s[length - 1]).toArray();
        int[] same = new int[last.length];
        Arrays.setAll(same, r -> r);
        return length == 1 ? decoding.begin(with(inputs, sequences)) : decoding.next(same, last);
      }

      @Override
      public void close() {
        decoding.close();
      }
    };
  }

  private static NextLogits whole(Network network, Tokens inputs) {
    return sequences -> {
      network.forward(with(inputs, sequences), EVALUATE);
      return network.logits();
    };
  }

  /** With these decoder tokens, and logits behind the last one of each sequence. */
  private static Tokens with(Tokens inputs, int[][] sequences) {
    int length = sequences[0].length;
    int[] ids = Arrays.stream(sequences).flatMapToInt(Arrays::stream).toArray();
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    int[] last = new int[sequences.length];
    Arrays.setAll(last, r -> r * length + length - 1);
    return new Tokens(
        inputs.examples(),
        inputs.length(),
        inputs.ids(),
        inputs.mask(),
        null,
        new Tokens.Side(length, ids, ones),
        last);
  }

  /** What a search begins and ends with; forced is -1 where the first token is free. */
  private record Rules(int start, int end, int pad, int forced, int longest) {}

  private static int[][] greedy(NextLogits next, int examples, Rules rules) {
    int[][] sequences = new int[examples][];
    Arrays.fill(sequences, new int[] {rules.start()});
    boolean[] ended = new boolean[examples];
    for (int length = 1; length < rules.longest() && !all(ended); length++) {
      Matrix logits = next.of(sequences);
      for (int r = 0; r < examples; r++) {
        int best = best(logits.rows(r, 1).toArray());
        best = length == 1 && rules.forced() >= 0 ? rules.forced() : best;
        best = length == rules.longest() - 1 ? rules.end() : best;
        best = ended[r] ? rules.pad() : best;
        ended[r] |= best == rules.end();
        sequences[r] = Arrays.copyOf(sequences[r], length + 1);
        sequences[r][length] = best;
      }
    }
    return sequences;
  }

  private static boolean all(boolean[] ended) {
    for (boolean one : ended) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  private static Network network(FrozenBase base) {
    return base.network(new NetworkSettings(new CpuBackend(), 0f, BaseDropout.AS_CONFIGURED));
  }

  @ParameterizedTest
  @EnumSource(Cache.class)
  void greedyTokensAreThoseOfTransformers(Cache cache) {
    BiFunction<Network, Tokens, NextLogits> kind =
        cache == Cache.USED ? BartDecodingTest::cached : BartDecodingTest::whole;
    Golden golden = Golden.open(Golden.root().resolve("bart-seq2seq"));
    try (FrozenBase base = golden.base();
        Network network = network(base);
        SafeTensors inputs = golden.file("base_case");
        SafeTensors expected = golden.file("generate");
        NextLogits next = kind.apply(network, Golden.tokens(inputs, null))) {
      int[] want = Golden.ints(expected.longs("generate.greedy"));
      int[][] got = greedy(next, 3, new Rules(2, 2, 1, 0, 16));
      assertThat(Arrays.stream(got).flatMapToInt(Arrays::stream).toArray()).isEqualTo(want);
    }
  }

  @Test
  void sequencesReorderedMultipliedAndGivenUpGoOnFromTheirOwn() {
    long before = Tensor.liveBytes();
    var config = SmallBart.config(16, 2);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 3));
        Network network = network(base);
        Network other = network(base);
        Decoding decoding = network.decoding()) {
      Tokens inputs = SmallBart.tokens();
      int[][] histories = {{2, 0}, {2, 4}};
      assertLogits(decoding.begin(with(inputs, histories)), other, new int[] {0, 1}, histories);
      int[][] steps = {{1, 0, 1, 1}, {3, 1, 0, 2}, {0, 2}, {1, 0}};
      int[] examples = {0, 1};
      int id = 5;
      for (int[] from : steps) {
        int[] ids = new int[from.length];
        int[] nextExamples = new int[from.length];
        int[][] nextHistories = new int[from.length][];
        for (int r = 0; r < from.length; r++) {
          ids[r] = id++;
          nextExamples[r] = examples[from[r]];
          int[] history = histories[from[r]];
          nextHistories[r] = Arrays.copyOf(history, history.length + 1);
          nextHistories[r][history.length] = ids[r];
        }
        examples = nextExamples;
        histories = nextHistories;
        assertLogits(decoding.next(from, ids), other, examples, histories);
      }
      assertThat(decoding.longest()).isEqualTo(24);
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  /** Those of a network that reads everything at once, one sequence after the other. */
  private static void assertLogits(Matrix got, Network network, int[] examples, int[][] histories) {
    assertThat(got.rows()).isEqualTo(histories.length);
    Tokens all = SmallBart.tokens();
    for (int r = 0; r < histories.length; r++) {
      int at = examples[r] * all.length();
      int[] ids = Arrays.copyOfRange(all.ids(), at, at + all.length());
      int[] mask = Arrays.copyOfRange(all.mask(), at, at + all.length());
      Tokens one = new Tokens(1, all.length(), ids, mask);
      network.forward(with(one, new int[][] {histories[r]}), EVALUATE);
      float[] want = network.logits().toArray();
      assertThat(got.rows(r, 1).toArray()).containsExactly(want, within(1e-4f));
    }
  }

  @Test
  void moreTokensThanPositionsAreRefused() {
    var config = SmallBart.config(16, 1).put("max_position_embeddings", 6);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 3));
        Network network = network(base);
        Decoding decoding = network.decoding()) {
      decoding.begin(
          with(SmallBart.tokens(), new int[][] {{2, 0, 1, 1, 1, 1}, {2, 0, 1, 1, 1, 1}}));
      assertThatThrownBy(() -> decoding.next(new int[] {0, 1}, new int[] {3, 4}))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("a sequence has 7 tokens; this model has positions for 6");
    }
  }

  private static final int WORDS = 300;
  private static final int TOGETHER = 25;

  /** Which words of a file: the first ones, or as many evenly from all of it. */
  private enum Sample {
    FIRST(183),
    EVENLY(202);

    /** How many of these words are right by src/test/python/g2p_reference.py, in double. */
    private final int reference;

    Sample(int reference) {
      this.reference = reference;
    }

    List<Map.Entry<String, String>> of(List<Map.Entry<String, String>> all) {
      int step = this == FIRST ? 1 : all.size() / WORDS;
      return IntStream.range(0, WORDS).mapToObj(i -> all.get(i * step)).toList();
    }
  }

  /** One or two words may hinge on rounding. */
  @ParameterizedTest
  @EnumSource(Sample.class)
  void aRealModelPronouncesAsManyWordsRightAsItsReference(Sample sample) throws IOException {
    Path folder = SharedData.require("models/g2p-bart-us");
    Path file = SharedData.require("g2p/us_gold.json");
    JsonNode config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
    try (ModelFolder files = ModelFolder.open(folder);
        FrozenBase base =
            FrozenBase.load(
                config, new Golden.FolderWeights(files), new HeadInit(TaskHead.language(), 1));
        Network network = network(base)) {
      var words = sample.of(words(file));
      int right = 0;
      for (int at = 0; at < WORDS; at += TOGETHER) {
        right += right(network, config, words.subList(at, at + TOGETHER));
      }
      System.out.printf("g2p-bart-us, %s: %d of %d words right%n", sample, right, WORDS);
      assertThat(right).isCloseTo(sample.reference, within(2));
    }
  }

  private static List<Map.Entry<String, String>> words(Path file) throws IOException {
    var words = new ArrayList<Map.Entry<String, String>>();
    for (var entry : new ObjectMapper().readTree(file.toFile()).properties()) {
      if (entry.getValue().isTextual()) {
        words.add(Map.entry(entry.getKey(), entry.getValue().asText()));
      }
    }
    return words;
  }

  private static int right(
      Network network, JsonNode config, List<Map.Entry<String, String>> words) {
    Tokens inputs = letters(words, config.path("grapheme_chars").asText());
    int right = 0;
    try (NextLogits next = cached(network, inputs)) {
      int[][] got = greedy(next, words.size(), new Rules(1, 2, 0, -1, 64));
      for (int i = 0; i < got.length; i++) {
        String text = text(got[i], config.path("phoneme_chars").asText());
        right += text.equals(words.get(i).getValue()) ? 1 : 0;
      }
    }
    return right;
  }

  private static Tokens letters(List<Map.Entry<String, String>> words, String letters) {
    int length = words.stream().mapToInt(word -> word.getKey().length() + 2).max().orElseThrow();
    int[] ids = new int[words.size() * length];
    int[] mask = new int[ids.length];
    for (int i = 0; i < words.size(); i++) {
      int[] word = ids(words.get(i).getKey(), letters);
      System.arraycopy(word, 0, ids, i * length, word.length);
      Arrays.fill(mask, i * length, i * length + word.length, 1);
    }
    return new Tokens(words.size(), length, ids, mask);
  }

  private static int[] ids(String word, String letters) {
    int[] ids = new int[word.length() + 2];
    ids[0] = 1;
    for (int i = 0; i < word.length(); i++) {
      int id = letters.indexOf(word.charAt(i));
      ids[i + 1] = id < 0 ? 3 : id;
    }
    ids[word.length() + 1] = 2;
    return ids;
  }

  private static String text(int[] ids, String sounds) {
    var text = new StringBuilder();
    for (int id : ids) {
      if (id > 3 && id < sounds.length()) {
        text.append(sounds.charAt(id));
      }
    }
    return text.toString();
  }
}
