package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
  private static final TaskHead CLASSES = TaskHead.sequence(2);

  @Test
  void linearsAreInModelOrderAndTheHeadIsOutsideTheBlocks() {
    var architecture = Architecture.of(SmallModel.config(16, 2), TaskHead.sequence(3));
    assertThat(architecture.linears()).hasSize(14);
    assertThat(architecture.linears().subList(0, 12))
        .allSatisfy(
            site -> assertThat(site.path()).startsWith(architecture.blockName(site.block())));
    assertThat(architecture.linears().get(5).path())
        .isEqualTo("deberta.encoder.layer.0.output.dense");
    assertThat(architecture.linears().get(5).in()).isEqualTo(32);
    assertThat(architecture.linears().subList(12, 14))
        .extracting("path", "block")
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("pooler.dense", -1),
            org.assertj.core.groups.Tuple.tuple("classifier", -1));
    assertThat(architecture.headParameters())
        .containsExactly(
            "pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias");
  }

  @ParameterizedTest
  @CsvSource({
    "deberta-v2, qa_outputs, deberta.",
    "bert, qa_outputs, bert.",
    "roberta, qa_outputs, roberta."
  })
  void questionAnsweringHasOneLayerOfTwoOutputs(String type, String path, String prefix) {
    var architecture = Architecture.of(SmallModel.config(type), TaskHead.span());
    LinearSite last = architecture.linears().get(architecture.linears().size() - 1);
    assertThat(last).isEqualTo(new LinearSite(path, 16, 2, LinearSite.HEAD));
    assertThat(architecture.headParameters()).containsExactly(path + ".weight", path + ".bias");
    assertThat(architecture.basePrefix()).isEqualTo(prefix);
  }

  @Test
  void theHeadOfBertIsItsPoolerAndThatOfRobertaHasNone() {
    assertThat(Architecture.of(SmallModel.config("bert"), CLASSES).headParameters())
        .containsExactly(
            "bert.pooler.dense.weight",
            "bert.pooler.dense.bias",
            "classifier.weight",
            "classifier.bias");
    assertThat(Architecture.of(SmallModel.config("roberta"), CLASSES).headParameters())
        .containsExactly(
            "classifier.dense.weight",
            "classifier.dense.bias",
            "classifier.out_proj.weight",
            "classifier.out_proj.bias");
  }

  @Test
  void unsharedKeysCarryHeadsOfTheirOwn() {
    ObjectNode config = SmallModel.config(16, 1).put("share_att_key", false);
    assertThat(Architecture.of(config, CLASSES).linears())
        .extracting(LinearSite::path)
        .contains(
            "deberta.encoder.layer.0.attention.self.pos_key_proj",
            "deberta.encoder.layer.0.attention.self.pos_query_proj");
    config.put("pos_att_type", "c2p");
    assertThat(Architecture.of(config, CLASSES).linears())
        .extracting(LinearSite::path)
        .contains("deberta.encoder.layer.0.attention.self.pos_key_proj")
        .doesNotContain("deberta.encoder.layer.0.attention.self.pos_query_proj");
  }

  @ParameterizedTest
  @CsvSource({
    "deberta-v2, conv_kernel_size, 4",
    "deberta-v2, pos_att_type, p2p",
    "deberta-v2, hidden_act, mish",
    "deberta-v2, pooler_hidden_act, mish",
    "deberta-v2, norm_rel_ebd, rms_norm",
    "deberta-v2, relative_attention, yes",
    "deberta-v2, embedding_size, 8",
    "deberta-v2, attention_head_size, 8",
    "deberta-v2, pooler_hidden_size, 8",
    "deberta-v2, num_attention_heads, 5",
    "deberta-v2, vocab_size, 0",
    "deberta-v2, type_vocab_size, -1",
    "deberta-v2, position_buckets, many",
    "deberta-v2, model_type, t5",
    "bert, hidden_act, mish",
    "bert, position_embedding_type, relative_key",
    "bert, is_decoder, true",
    "bert, add_cross_attention, true",
    "bert, num_attention_heads, 5",
    "bert, type_vocab_size, 0",
    "roberta, max_position_embeddings, 2",
    "roberta, pad_token_id, first"
  })
  void unsupportedVariantsAreRefusedByFieldValueAndRemedy(String type, String field, String value) {
    ObjectNode config = with(SmallModel.config(type), field, value);
    assertThatThrownBy(() -> Architecture.of(config, CLASSES))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining("supported");
  }

  private static ObjectNode with(ObjectNode config, String field, String value) {
    if (value.matches("-?\\d+")) {
      return config.put(field, Integer.parseInt(value));
    }
    return value.equals("true") ? config.put(field, true) : config.put(field, value);
  }

  @Test
  void groupsThatDoNotDivideTheWidthAreRefused() {
    ObjectNode config = SmallModel.config(16, 1).put("conv_kernel_size", 3).put("conv_groups", 3);
    assertThatThrownBy(() -> Architecture.of(config, CLASSES))
        .hasMessage("config.json: conv_groups is '3'; supported: a divisor of hidden_size 16");
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
  void absentSizesAreAskedFor(String field) {
    for (String type : List.of("deberta-v2", "bert", "roberta")) {
      ObjectNode config = SmallModel.config(type);
      config.remove(field);
      assertThatThrownBy(() -> Architecture.of(config, CLASSES))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining(field + " is absent");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "relative_attention, rel_embeddings, false",
    "pos_att_type, rel_embeddings, false",
    "norm_rel_ebd, encoder.LayerNorm, false",
    "share_att_key, pos_key_proj, true",
    "position_biased_input, position_embeddings, true",
    "type_vocab_size, token_type_embeddings, false",
    "conv_kernel_size, conv.conv, false"
  })
  void absentFieldsMeanWhatTransformersTakesThemForNotV3(
      String field, String tensor, boolean there) {
    ObjectNode config = SmallModel.config(16, 1);
    config.remove(field);
    List<String> names =
        Architecture.of(config, CLASSES).parameters().stream().map(ParameterSite::name).toList();
    assertThat(names.stream().anyMatch(name -> name.contains(tensor))).isEqualTo(there);
  }

  @Test
  void positionTermsMayBeAList() {
    ObjectNode config = SmallModel.config(16, 1);
    config.putArray("pos_att_type").add("c2p").add("p2c");
    assertThat(Architecture.of(config, CLASSES).description())
        .isEqualTo(Architecture.of(SmallModel.config(16, 1), CLASSES).description());
  }

  @Test
  void theLongestSequenceIsThatOfThePositions() {
    assertThat(Architecture.of(SmallModel.config(16, 1), CLASSES).longest())
        .isEqualTo(Integer.MAX_VALUE);
    ObjectNode absolute = SmallModel.config(16, 1).put("position_biased_input", true);
    assertThat(Architecture.of(absolute, CLASSES).longest()).isEqualTo(64);
    assertThat(Architecture.of(SmallModel.config("bert"), CLASSES).longest()).isEqualTo(64);
    assertThat(Architecture.of(SmallModel.config("roberta"), CLASSES).longest()).isEqualTo(62);
    assertThat(Architecture.of(SmallModel.config("llama"), CLASSES).longest()).isEqualTo(64);
  }

  @Test
  void anUnknownFamilyIsRefusedWithAllThatThereAreAndTheNearest() {
    assertThatThrownBy(() -> Architecture.of(SmallModel.config("debertav2"), CLASSES))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("model_type is 'debertav2'")
        .hasMessageContaining("bert")
        .hasMessageContaining("llama")
        .hasMessageContaining("roberta")
        .hasMessageContaining("did you mean 'deberta-v2'?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "deberta-v2", "roberta"})
  void encodersDoNotGenerateText(String type) {
    assertThatThrownBy(() -> Architecture.of(SmallModel.config(type), TaskHead.language()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("model_type is '" + type + "', which does not generate text")
        .hasMessageContaining("supported by: ")
        .hasMessageContaining("llama");
  }
}
