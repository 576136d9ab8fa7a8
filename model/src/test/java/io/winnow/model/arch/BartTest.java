package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BART's configuration, names, files and heads. */
class BartTest {
  private static final Pass EVALUATE = Pass.of(Pass.Mode.EVALUATE, 0);

  @Test
  void linearsAreInModelOrderAndBlocksAreTheEncodersThenTheDecoders() {
    var architecture = Architecture.of(SmallBart.config(16, 2), TaskHead.sequence(3));
    assertThat(architecture.blocks()).isEqualTo(4);
    assertThat(architecture.blockName(1)).isEqualTo("model.encoder.layers.1");
    assertThat(architecture.blockName(2)).isEqualTo("model.decoder.layers.0");
    var linears = architecture.linears();
    assertThat(linears).hasSize(2 * 6 + 2 * 10 + 2);
    assertThat(linears.subList(0, 34 - 2))
        .allSatisfy(
            site -> assertThat(site.path()).startsWith(architecture.blockName(site.block())));
    assertThat(linears.subList(12, 22))
        .extracting(site -> site.path().substring("model.decoder.layers.0.".length()))
        .containsExactly(
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.q_proj",
            "self_attn.out_proj",
            "encoder_attn.k_proj",
            "encoder_attn.v_proj",
            "encoder_attn.q_proj",
            "encoder_attn.out_proj",
            "fc1",
            "fc2");
    assertThat(linears.get(33))
        .isEqualTo(new LinearSite("classification_head.out_proj", 16, 3, LinearSite.HEAD));
    assertThat(architecture.headParameters())
        .containsExactly(
            "classification_head.dense.weight",
            "classification_head.dense.bias",
            "classification_head.out_proj.weight",
            "classification_head.out_proj.bias");
  }

  @Test
  void theLanguageHeadHasNothingToTrainOrAdapt() {
    var architecture = Architecture.of(SmallBart.config(16, 2), TaskHead.language());
    assertThat(architecture.headParameters()).isEmpty();
    assertThat(architecture.linears()).noneMatch(site -> site.block() < 0);
  }

  @ParameterizedTest
  @CsvSource({
    "activation_function, quick_gelu",
    "tie_word_embeddings, false",
    "is_encoder_decoder, false",
    "normalize_before, true",
    "normalize_embedding, false",
    "add_final_layer_norm, true",
    "static_position_embeddings, true",
    "encoder_layerdrop, 0.1",
    "decoder_layerdrop, 0.2",
    "encoder_attention_heads, 3",
    "decoder_attention_heads, 5",
    "scale_embedding, 'yes'",
    "dropout, 'none'",
    "eos_token_id, 40",
    "decoder_start_token_id, -1",
    "d_model, 0"
  })
  void unsupportedVariantsAreRefusedByFieldValueAndRemedy(String field, String value)
      throws IOException {
    ObjectNode config = SmallBart.config(16, 1);
    boolean literal = value.matches("true|false|-?[\\d.]+");
    String json = literal ? value : "\"" + value + "\"";
    config.set(field, new ObjectMapper().readTree(json));
    assertThatThrownBy(() -> Architecture.of(config, TaskHead.language()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field + " is '" + value + "'")
        .hasMessageContaining("supported");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "d_model",
        "vocab_size",
        "encoder_layers",
        "decoder_ffn_dim",
        "encoder_attention_heads",
        "max_position_embeddings"
      })
  void absentSizesAreRefused(String field) {
    ObjectNode config = SmallBart.config(16, 1);
    config.remove(field);
    assertThatThrownBy(() -> Architecture.of(config, TaskHead.language()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field + " is absent");
  }

  @Test
  void aCheckpointOfTheBareModelGivesTheLogitsOfTransformers() throws IOException {
    Path folder = Golden.root().resolve("format-bart-no-prefix");
    JsonNode config = new ObjectMapper().readTree(folder.resolve("config.json").toFile());
    double deviation =
        Golden.open(Golden.root().resolve("bart-seq2seq")).deviation("base", "logits");
    try (ModelFolder files = ModelFolder.open(folder);
        FrozenBase base =
            FrozenBase.load(
                config, new Golden.FolderWeights(files), new HeadInit(TaskHead.language(), 1));
        Network network = network(base);
        SafeTensors expected = SafeTensors.open(folder.resolve("case.safetensors"))) {
      network.forward(Golden.tokens(expected, null), EVALUATE);
      float[] got = network.logits().toArray();
      GoldenCheck.close("logits", got, expected.floats("logits"), deviation);
    }
  }

  private static Network network(FrozenBase base) {
    return base.network(new NetworkSettings(new CpuBackend(), 0f, BaseDropout.AS_CONFIGURED));
  }

  /** Made-up weights under other names: a copy's name, and the tensor that it holds. */
  private record Renamed(MadeUpWeights weights, Map<String, String> copies, Set<String> missing)
      implements WeightSource {
    private String name(String name) {
      return copies.getOrDefault(name, name);
    }

    @Override
    public Set<String> names() {
      var names = new LinkedHashSet<>(weights.names());
      names.addAll(copies.keySet());
      names.removeAll(missing);
      return names;
    }

    @Override
    public boolean has(String name) {
      return names().contains(name);
    }

    @Override
    public long[] shape(String name) {
      return weights.shape(name(name));
    }

    @Override
    public void read(String name, FloatBuffer target) {
      weights.read(name(name), target);
    }
  }

  private static final String WORDS = "model.shared.weight";

  private static FrozenBase load(Map<String, String> copies, Set<String> missing) {
    var config = SmallBart.config(16, 1);
    // as many positions as words, so that one table may be put for the other
    config.put("max_position_embeddings", 38);
    var head = new HeadInit(TaskHead.language(), 1);
    var weights = new MadeUpWeights(Architecture.of(config, head.head()), 3);
    return FrozenBase.load(config, new Renamed(weights, copies, missing), head);
  }

  @Test
  void theWordsMayStandUnderAnyOfTheirNames() {
    var copies = Map.of("lm_head.weight", WORDS, "model.encoder.embed_tokens.weight", WORDS);
    try (var once = load(Map.of(), Set.of());
        var thrice = load(copies, Set.of());
        var instead = load(Map.of("decoder.embed_tokens.weight", WORDS), Set.of(WORDS))) {
      assertThat(thrice.fingerprint()).isEqualTo(once.fingerprint());
      assertThat(instead.fingerprint()).isEqualTo(once.fingerprint());
    }
  }

  @Test
  void otherWordsForTheOutputAreRefusedByNameAndNothingLeaks() {
    long before = Tensor.liveBytes();
    var copies = Map.of("lm_head.weight", "model.decoder.embed_positions.weight");
    assertThatThrownBy(() -> load(copies, Set.of()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("model.shared.weight and lm_head.weight differ");
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void anAbsentBiasOfTheLogitsIsZero() {
    try (var base = load(Map.of(), Set.of("final_logits_bias"))) {
      assertThat(base.values("final_logits_bias")).hasSize(40).containsOnly(0f);
    }
  }

  private static final int[] IDS = {0, 7, 2, 11, 2, 1, 0, 31, 8, 2, 5, 2};
  private static final int[] MASK = {1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1};
  private static final int[] SHIFTED = {2, 0, 7, 2, 11, 2, 2, 0, 31, 8, 2, 5};

  /** What the decoder makes of the inputs, shifted by one behind the start token. */
  private static float[] states(ObjectNode config) {
    int[] ones = IntStream.range(0, IDS.length).map(i -> 1).toArray();
    var side = new Tokens.Side(6, SHIFTED, ones);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 3));
        Network network = network(base)) {
      network.forward(new Tokens(2, 6, IDS, MASK, null, side, null), EVALUATE);
      return ((HiddenStates) network).hidden("decoder_hidden_states.1").toArray();
    }
  }

  /** x[r] W^T + b in double. */
  private static double[] layer(double[] x, FrozenBase base, String path) {
    float[] weight = base.values(path + ".weight");
    float[] bias = base.values(path + ".bias");
    double[] y = new double[bias.length];
    for (int o = 0; o < y.length; o++) {
      y[o] = bias[o];
      for (int i = 0; i < x.length; i++) {
        y[o] += x[i] * weight[o * x.length + i];
      }
    }
    return y;
  }

  private static double[] row(float[] states, int row) {
    return IntStream.range(0, 16).mapToDouble(i -> states[row * 16 + i]).toArray();
  }

  @Test
  void theSequenceHeadReadsTheDecoderAtEachInputsLastEnd() {
    ObjectNode config = SmallBart.config(16, 1);
    float[] states = states(config);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.sequence(3), 3));
        Network network = network(base)) {
      network.forward(new Tokens(2, 6, IDS, MASK), EVALUATE);
      float[] got = network.logits().toArray();
      for (int e = 0; e < 2; e++) {
        double[] dense = layer(row(states, e == 0 ? 4 : 11), base, "classification_head.dense");
        double[] tanh = IntStream.range(0, 16).mapToDouble(i -> Math.tanh(dense[i])).toArray();
        double[] want = layer(tanh, base, "classification_head.out_proj");
        for (int c = 0; c < 3; c++) {
          assertThat((double) got[3 * e + c]).isCloseTo(want[c], within(1e-5));
        }
      }
    }
  }

  @Test
  void theSpanHeadReadsAllOfTheDecodersStates() {
    ObjectNode config = SmallBart.config(16, 1);
    float[] states = states(config);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.span(), 3));
        Network network = network(base)) {
      network.forward(new Tokens(2, 6, IDS, MASK), EVALUATE);
      float[] got = network.logits().toArray();
      assertThat(got).hasSize(2 * IDS.length);
      for (int r = 0; r < IDS.length; r++) {
        double[] want = layer(row(states, r), base, "qa_outputs");
        assertThat((double) got[2 * r]).isCloseTo(want[0], within(1e-5));
        assertThat((double) got[2 * r + 1]).isCloseTo(want[1], within(1e-5));
      }
    }
  }

  @Test
  void inputsWithOtherNumbersOfEndsAreRefused() {
    try (var base =
            FrozenBase.random(SmallBart.config(16, 1), new HeadInit(TaskHead.sequence(3), 3));
        Network network = network(base)) {
      int[] ids = {0, 7, 2, 11, 2, 1, 0, 31, 8, 9, 5, 2};
      assertThatThrownBy(() -> network.forward(new Tokens(2, 6, ids, MASK), EVALUATE))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("example 2 of a batch has 1 end tokens (id 2), the first has 2");
      assertThatThrownBy(network::decoding)
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("does not generate");
    }
  }
}
