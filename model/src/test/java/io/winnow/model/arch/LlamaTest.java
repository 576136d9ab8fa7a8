package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.adapter.TargetMatcher;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {
  private static final int HIDDEN = 16;

  private static Architecture architecture(ObjectNode config) {
    return Architecture.of(config, TaskHead.language());
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
