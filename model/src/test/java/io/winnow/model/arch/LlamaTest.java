package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.adapter.TargetMatcher;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {
  private static final int HIDDEN = 16;
  private static final Tokens TOKENS =
      new Tokens(
          2, 5, new int[] {3, 7, 1, 9, 4, 8, 8, 2, 0, 0}, new int[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0});

  private static Architecture architecture(ObjectNode config) {
    return Architecture.of(config, TaskHead.language());
  }

  private static NetworkSettings settings(Activations activations) {
    return new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED, activations);
  }

  private static float[] sawtooth(int size, int period) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (i % period - period / 2) / 20f;
    }
    return values;
  }

  private static void bind(Network network, int block) {
    for (AdapterSlot slot : network.slots()) {
      LinearSite site = slot.site();
      if (site.block() >= block) {
        float[] a = sawtooth(2 * site.in(), 7);
        float[] b = sawtooth(2 * site.out(), 5);
        slot.bind(new AdapterSlot.Values(2, 1.5f, 0.5f, a, b));
      }
    }
  }

  @Test
  void sevenLayersOfEachBlockTakeHeadsAndNoOutputLayerDoes() {
    var architecture = architecture(SmallLlama.config(HIDDEN, 2));
    List<String> paths = architecture.linears().stream().map(LinearSite::path).toList();
    assertThat(paths).hasSize(14).allMatch(path -> path.startsWith("model.layers."));
    assertThat(TargetMatcher.match(new TargetRule.AllLinear(), paths, List.of())).isEqualTo(paths);
    assertThat(architecture.linears().get(1))
        .isEqualTo(new LinearSite("model.layers.0.self_attn.k_proj", HIDDEN, HIDDEN / 2, 0));
    assertThat(architecture.linears().get(13).path()).isEqualTo("model.layers.1.mlp.down_proj");
    assertThat(architecture.headParameters()).isEmpty();
  }

  @Test
  void tiedEmbeddingsAreOneTensor() {
    var names = names(SmallLlama.config(HIDDEN, 1).put("tie_word_embeddings", true));
    assertThat(names).doesNotContain("lm_head.weight").contains("model.embed_tokens.weight");
    assertThat(names(SmallLlama.config(HIDDEN, 1))).contains("lm_head.weight");
  }

  private static List<String> names(ObjectNode config) {
    return architecture(config).parameters().stream().map(ParameterSite::name).toList();
  }

  @Test
  void biasesAreThereWhereTheConfigurationSays() {
    assertThat(names(SmallLlama.config(HIDDEN, 1))).noneMatch(name -> name.endsWith(".bias"));
    assertThat(names(SmallLlama.config(HIDDEN, 1).put("attention_bias", true)))
        .filteredOn(name -> name.endsWith(".bias"))
        .hasSize(4)
        .allMatch(name -> name.contains("self_attn"));
    assertThat(names(SmallLlama.config(HIDDEN, 1).put("mlp_bias", true)))
        .filteredOn(name -> name.endsWith(".bias"))
        .hasSize(3)
        .allMatch(name -> name.contains("mlp"));
  }

  @ParameterizedTest
  @CsvSource({
    "hidden_act, gelu",
    "sliding_window, 4096",
    "quantization_config, gptq",
    "head_dim, 5",
    "num_key_value_heads, 3",
    "num_attention_heads, 6",
    "partial_rotary_factor, 2",
    "rope_scaling, 3",
    "tie_word_embeddings, perhaps"
  })
  void unsupportedVariantsAreRefusedByFieldValueAndRemedy(String field, String value) {
    ObjectNode config = SmallLlama.config(HIDDEN, 1);
    if (value.matches("\\d+")) {
      config.put(field, Integer.parseInt(value));
    } else {
      config.put(field, value);
    }
    assertThatThrownBy(() -> architecture(config))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("config.json: " + field)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining("supported");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden_size",
        "vocab_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size"
      })
  void absentSizesAreRefused(String field) {
    ObjectNode config = SmallLlama.config(HIDDEN, 1);
    config.remove(field);
    assertThatThrownBy(() -> architecture(config))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field + " is absent");
  }

  @Test
  void absentFieldsMeanWhatTransformersMeans() {
    ObjectNode config = SmallLlama.config(HIDDEN, 1);
    config.remove(List.of("num_key_value_heads", "hidden_act", "rms_norm_eps", "rope_theta"));
    ObjectNode full = SmallLlama.config(HIDDEN, 1);
    full.put("num_key_value_heads", 4).put("head_dim", 4).put("rms_norm_eps", 1e-6);
    full.putNull("rope_scaling").putNull("sliding_window").put("attention_bias", false);
    assertThat(architecture(config).description()).isEqualTo(architecture(full).description());
  }

  @Test
  void itHasNoSpanHead() {
    assertThatThrownBy(() -> Architecture.of(SmallLlama.config(HIDDEN, 1), TaskHead.span()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("question answering");
  }

  @Test
  void logitsOfSomeRowsAreThoseOfAll() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      network.forward(TOKENS, Pass.of(Pass.Mode.EVALUATE, 0));
      float[] all = network.logits().toArray();
      int[] rows = {1, 3, 7};
      network.forward(asking(rows), Pass.of(Pass.Mode.EVALUATE, 0));
      assertThat(network.logits().rows()).isEqualTo(3);
      for (int i = 0; i < rows.length; i++) {
        int at = rows[i] * SmallLlama.VOCABULARY;
        assertThat(network.logits().rows(i, 1).toArray())
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(Arrays.copyOfRange(all, at, at + SmallLlama.VOCABULARY));
      }
    }
  }

  private static Tokens asking(int[] rows) {
    return new Tokens(2, 5, TOKENS.ids(), TOKENS.mask(), null, null, rows);
  }

  private static FrozenBase base(TaskHead head) {
    return FrozenBase.random(SmallLlama.config(HIDDEN, 3), new HeadInit(head, 4));
  }

  @Test
  void theSequenceHeadReadsEachExamplesLastToken() {
    int[] ids = TOKENS.ids();
    var left =
        new Tokens(
            2,
            5,
            new int[] {ids[0], ids[1], ids[2], ids[3], ids[4], 0, 0, ids[5], ids[6], ids[7]},
            new int[] {1, 1, 1, 1, 1, 0, 0, 1, 1, 1});
    var single = new Tokens(1, 3, Arrays.copyOfRange(ids, 5, 8), new int[] {1, 1, 1});
    try (var base = base(TaskHead.sequence(3));
        var network = base.network(settings(Activations.KEPT))) {
      assertThat(base.architecture().headParameters()).containsExactly("score.weight");
      network.forward(single, Pass.of(Pass.Mode.EVALUATE, 0));
      float[] alone = network.logits().toArray();
      for (Tokens padded : List.of(TOKENS, left)) {
        network.forward(padded, Pass.of(Pass.Mode.EVALUATE, 0));
        assertThat(network.logits().rows()).isEqualTo(2);
        // rotary positions are relative, so padding on the left moves nothing
        assertThat(network.logits().rows(1, 1).toArray())
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(alone);
      }
      assertThatThrownBy(network::decoding)
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("no language head");
    }
  }

  /** Heads in the upper block alone: below it nothing is computed backward. */
  @Test
  void backwardEndsAtTheLowestLiveBlock() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      bind(network, 2);
      var done = new ArrayList<Integer>();
      sweep(network, done);
      assertThat(done).containsExactly(LinearSite.HEAD, 2);
      done.clear();
      network.parameter("model.norm.weight").train();
      bind(network, 1);
      sweep(network, done);
      assertThat(done).containsExactly(LinearSite.HEAD, 2, 1, LinearSite.STEM);
    }
  }

  @Test
  void aCancelledSweepEndsBetweenLayers() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      bind(network, 0);
      assertThat(network.forward(TOKENS, new Pass(Pass.Mode.TRAIN, 1, () -> true))).isFalse();
      var asked = new int[1];
      var pass = new Pass(Pass.Mode.TRAIN, 1, () -> ++asked[0] > 4);
      assertThat(network.forward(TOKENS, pass)).isTrue();
      var done = new ArrayList<Integer>();
      assertThat(network.backward(network.logits(), done::add)).isFalse();
      assertThat(done).containsExactly(LinearSite.HEAD, 2);
    }
  }

  private static void sweep(Network network, List<Integer> done) {
    network.forward(asking(new int[] {1, 3, 7}), Pass.of(Pass.Mode.TRAIN, 9));
    Matrix g = network.logits();
    g.set(sawtooth(g.rows() * g.columns(), 11));
    network.backward(g, done::add);
  }

  /** Dropouts are functions of the sweep's key, so a second forward makes the same bits. */
  @ParameterizedTest
  @EnumSource(
      value = TaskHead.Kind.class,
      names = {"LANGUAGE", "SEQUENCE"})
  void recomputedActivationsGiveTheSameBitsInLessMemory(TaskHead.Kind kind) {
    var config = SmallLlama.config(HIDDEN, 6).put("attention_dropout", 0.2);
    var head = kind == TaskHead.Kind.LANGUAGE ? TaskHead.language() : TaskHead.sequence(2);
    try (var base = FrozenBase.random(config, new HeadInit(head, 4))) {
      var kept = gradients(base, Activations.KEPT);
      var recomputed = gradients(base, Activations.RECOMPUTED);
      assertThat(recomputed.values).isDeepEqualTo(kept.values);
      assertThat(recomputed.bytes).isLessThan(kept.bytes / 2);
    }
  }

  /** What came out, and the bytes of everything that the network held. */
  private record Gradients(float[][] values, long bytes) {}

  private static Gradients gradients(FrozenBase base, Activations activations) {
    long before = Tensor.liveBytes();
    try (var network = base.network(settings(activations))) {
      int length = 24;
      int[] ids = IntStream.range(0, 2 * length).map(i -> i * 7 % 40).toArray();
      int[] mask = new int[ids.length];
      Arrays.fill(mask, 1);
      bind(network, 1);
      network.forward(new Tokens(2, length, ids, mask), Pass.of(Pass.Mode.TRAIN, 9));
      Matrix g = network.logits();
      network.backward(g, block -> {});
      var values = new ArrayList<float[]>();
      values.add(g.toArray());
      for (AdapterSlot slot : network.slots()) {
        if (slot.isBound()) {
          values.add(slot.gradient().a());
          values.add(slot.gradient().b());
          values.add(new float[] {slot.gradient().omega()});
        }
      }
      return new Gradients(values.toArray(new float[0][]), Tensor.liveBytes() - before);
    }
  }

  /** What is live alone has the gradient that it has when everything is live. */
  @ParameterizedTest
  @EnumSource(Activations.class)
  void everyHeadAndParameterMayBeTheOnlyOneAlive(Activations activations) {
    var config = SmallLlama.config(HIDDEN, 2).put("attention_bias", true).put("mlp_bias", true);
    config.put("tie_word_embeddings", true);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 4))) {
      var all = new HashMap<String, float[]>();
      try (var network = base.network(settings(activations))) {
        network.slots().forEach(LlamaTest::mask);
        network.parameters().forEach(Parameter::train);
        sweep(network, new ArrayList<>());
        network.slots().forEach(slot -> all.put(slot.site().path(), omega(slot)));
        network.parameters().forEach(p -> all.put(p.name(), p.gradient().toArray()));
      }
      for (LinearSite site : base.architecture().linears()) {
        try (var network = base.network(settings(activations))) {
          mask(network.slot(site.path()));
          sweep(network, new ArrayList<>());
          assertThat(omega(network.slot(site.path())))
              .as(site.path())
              .isEqualTo(all.get(site.path()));
        }
      }
      for (ParameterSite site : base.architecture().parameters()) {
        try (var network = base.network(settings(activations))) {
          network.parameter(site.name()).train();
          sweep(network, new ArrayList<>());
          assertThat(network.parameter(site.name()).gradient().toArray())
              .as(site.name())
              .isEqualTo(all.get(site.name()));
        }
      }
    }
  }

  /** A masked head changes no output; its omega has a gradient. */
  private static void mask(AdapterSlot slot) {
    float[] a = sawtooth(2 * slot.site().in(), 7);
    float[] b = sawtooth(2 * slot.site().out(), 5);
    slot.bind(new AdapterSlot.Values(2, 1.5f, 0f, a, b));
  }

  private static float[] omega(AdapterSlot slot) {
    return new float[] {slot.gradient().omega()};
  }

  @Test
  void aBareModelsNamesAreUnderstood() {
    var architecture = architecture(SmallLlama.config(HIDDEN, 1));
    var weights = new MadeUpWeights(architecture, 5);
    var tied = SmallLlama.config(HIDDEN, 1).put("tie_word_embeddings", true);
    var bare = new FrozenBaseTest.Source(weights, "", "model.");
    var lacking = new FrozenBaseTest.Source(weights, "lm_head", "");
    var head = new HeadInit(TaskHead.language(), 1);
    var config = SmallLlama.config(HIDDEN, 1);
    String name = "model.layers.0.mlp.up_proj.weight";
    try (var base = FrozenBase.load(tied, bare, head);
        var full = FrozenBase.load(tied, weights, head)) {
      assertThat(base.values(name)).isEqualTo(full.values(name));
    }
    assertThatThrownBy(() -> FrozenBase.load(config, lacking, head))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("lm_head.weight");
  }

  @Test
  void configurationsOfBothSpellingsAreRead() throws Exception {
    String json =
        """
        {"model_type": "llama", "vocab_size": 128256, "hidden_size": 2048,
         "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
         "num_key_value_heads": 8, "head_dim": 64, "tie_word_embeddings": true,
         "rope_parameters": {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0,
           "low_freq_factor": 1.0, "high_freq_factor": 4.0,
           "original_max_position_embeddings": 8192}}
        """;
    var architecture = architecture((ObjectNode) new ObjectMapper().readTree(json));
    long size =
        architecture.parameters().stream()
            .mapToLong(site -> site.shape().stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b))
            .sum();
    assertThat(size).isEqualTo(1_235_814_400L); // Llama-3.2-1B
  }
}
