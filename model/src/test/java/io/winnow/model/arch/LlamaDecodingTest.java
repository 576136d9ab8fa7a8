package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.data.SharedData;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.Pass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaDecodingTest {
  private static final int END = 2;

  static Stream<Arguments> cases() {
    return Stream.of("llama2-tied-causal", "llama3-gqa-causal")
        .flatMap(name -> Arrays.stream(BackendKind.values()).map(kind -> Arguments.of(name, kind)));
  }

  private static NetworkSettings settings(BackendKind kind) {
    return new NetworkSettings(kind.create(), 0f, BaseDropout.OFF);
  }

  private static int best(Matrix logits, int row) {
    float[] z = logits.rows(row, 1).toArray();
    int best = 0;
    for (int i = 1; i < z.length; i++) {
      best = z[i] > z[best] ? i : best;
    }
    return best;
  }

  private record Prompts(int examples, int length, int[] ids, int[] mask, int[][] want) {
    static Prompts of(Golden golden) {
      try (SafeTensors file = golden.file("generate")) {
        int examples = (int) file.shape("generate.input_ids")[0];
        int length = (int) file.shape("generate.input_ids")[1];
        int[] greedy = Golden.ints(file.longs("generate.greedy"));
        int all = greedy.length / examples;
        int[][] want = new int[examples][];
        for (int r = 0; r < examples; r++) {
          want[r] = Arrays.copyOfRange(greedy, r * all + length, (r + 1) * all);
        }
        return new Prompts(
            examples,
            length,
            Golden.ints(file.longs("generate.input_ids")),
            Golden.ints(file.longs("generate.attention_mask")),
            want);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void greedyTokensMatch(String name, BackendKind kind) {
    Golden golden = Golden.open(Golden.root().resolve(name));
    Prompts prompts = Prompts.of(golden);
    long before = Tensor.liveBytes();
    try (FrozenBase base = golden.base();
        Network network = base.network(settings(kind));
        Decoding decoding = network.decoding()) {
      int[] same = IntStream.range(0, prompts.examples).toArray();
      int steps = prompts.want[0].length;
      Matrix logits =
          decoding.begin(new Tokens(prompts.examples, prompts.length, prompts.ids, prompts.mask));
      for (int step = 0; step < steps; step++) {
        int[] next = new int[prompts.examples];
        for (int r = 0; r < next.length; r++) {
          next[r] = best(logits, r);
          assertThat(next[r]).as("step %d of %d", step, r).isEqualTo(prompts.want[r][step]);
        }
        logits = decoding.next(same, next);
      }
      assertThat(decoding.longest())
          .isEqualTo(golden.config().path("max_position_embeddings").asInt());
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  /** Each prompt without its padding, read anew for every token. */
  @ParameterizedTest
  @MethodSource("cases")
  void greedyTokensMatchWithoutACache(String name, BackendKind kind) {
    Golden golden = Golden.open(Golden.root().resolve(name));
    Prompts prompts = Prompts.of(golden);
    try (FrozenBase base = golden.base();
        Network network = base.network(settings(kind))) {
      for (int r = 0; r < prompts.examples; r++) {
        int from = r * prompts.length;
        int[] ids =
            IntStream.range(from, from + prompts.length)
                .filter(i -> prompts.mask[i] == 1)
                .map(i -> prompts.ids[i])
                .toArray();
        for (int want : prompts.want[r]) {
          int next = nextOf(network, ids);
          assertThat(next).as("prompt %d, token %d", r, ids.length).isEqualTo(want);
          ids = Arrays.copyOf(ids, ids.length + 1);
          ids[ids.length - 1] = next;
        }
      }
    }
  }

  private static int nextOf(Network network, int[] ids) {
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    int[] last = {ids.length - 1};
    network.forward(
        new Tokens(1, ids.length, ids, ones, null, null, last), Pass.of(Pass.Mode.EVALUATE, 0));
    return best(network.logits(), 0);
  }

  @Test
  void sequencesAreReorderedMultipliedAndGivenUp() {
    var config = SmallLlama.config(16, 2);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 3));
        var network = base.network(settings(BackendKind.CPU));
        var decoding = network.decoding()) {
      decoding.begin(new Tokens(2, 3, new int[] {0, 5, 6, 7, 8, 9}, new int[] {0, 1, 1, 1, 1, 1}));
      decoding.next(new int[] {1, 1, 0}, new int[] {10, 11, 12});
      float[] got = decoding.next(new int[] {2, 0}, new int[] {13, 14}).toArray();
      var histories = List.of(new int[] {5, 6, 12, 13}, new int[] {7, 8, 9, 10, 14});
      for (int r = 0; r < 2; r++) {
        int[] ids = histories.get(r);
        nextOf(network, ids);
        assertThat(Arrays.copyOfRange(got, r * 40, r * 40 + 40))
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(network.logits().toArray());
      }
    }
  }

  /** A real model's story, as its author's own program prints it. */
  @Test
  void aRealModelTellsItsStory() throws IOException {
    Path folder = SharedData.require("models/stories260K-llama");
    String want = Files.readString(folder.resolve("upstream_greedy_golden.txt"));
    Map<Integer, String> pieces = pieces(folder);
    var text = new ByteArrayOutputStream();
    try (ModelFolder files = ModelFolder.open(folder);
        FrozenBase base =
            FrozenBase.load(files.config(), files, new HeadInit(TaskHead.language(), 1));
        Network network = base.network(new NetworkSettings(new CpuBackend(), 0f, BaseDropout.OFF));
        Decoding decoding = network.decoding()) {
      Matrix logits = decoding.begin(new Tokens(1, 1, new int[] {1}, new int[] {1}));
      int next = best(logits, 0);
      while (next > END && text.size() < want.getBytes(StandardCharsets.UTF_8).length) {
        text.write(bytes(pieces.get(next), text.size() == 0));
        next = best(decoding.next(new int[] {0}, new int[] {next}), 0);
      }
    }
    assertThat(text.toString(StandardCharsets.UTF_8)).isEqualTo(want);
  }

  private static Map<Integer, String> pieces(Path folder) throws IOException {
    JsonNode vocabulary =
        new ObjectMapper().readTree(folder.resolve("tokenizer.json").toFile()).at("/model/vocab");
    var pieces = new HashMap<Integer, String>();
    vocabulary.fields().forEachRemaining(e -> pieces.put(e.getValue().asInt(), e.getKey()));
    return pieces;
  }

  private static byte[] bytes(String piece, boolean first) {
    if (piece.matches("<0x[0-9A-F]{2}>")) {
      return new byte[] {(byte) Integer.parseInt(piece.substring(3, 5), 16)};
    }
    String text = piece.replace('\u2581', ' ');
    return (first ? text.stripLeading() : text).getBytes(StandardCharsets.UTF_8);
  }
}
