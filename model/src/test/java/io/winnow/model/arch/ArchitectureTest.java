package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.UserProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {
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
    "conv_kernel_size, 3",
    "share_att_key, false",
    "pos_att_type, c2p",
    "position_biased_input, true",
    "type_vocab_size, 2",
    "hidden_act, swish",
    "relative_attention, false",
    "norm_rel_ebd, none",
    "model_type, t5",
    "embedding_size, 8",
    "num_attention_heads, 5"
  })
  void unsupportedVariantsAreRefusedByFieldValueAndRemedy(String field, String value) {
    ObjectNode config = SmallModel.config(16, 1);
    if (value.matches("\\d+")) {
      config.put(field, Integer.parseInt(value));
    } else {
      config.put(field, value);
    }
    assertThatThrownBy(() -> Architecture.of(config, TaskHead.sequence(2)))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining("supported");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relative_attention",
        "position_biased_input",
        "share_att_key",
        "pos_att_type",
        "norm_rel_ebd",
        "hidden_size",
        "vocab_size"
      })
  void absentFieldsWhoseDefaultIsAnotherModelAreRefused(String field) {
    ObjectNode config = SmallModel.config(16, 1);
    config.remove(field);
    assertThatThrownBy(() -> Architecture.of(config, TaskHead.sequence(2)))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(field + " is absent");
  }

  @Test
  void positionTermsMayBeAList() {
    ObjectNode config = SmallModel.config(16, 1);
    config.putArray("pos_att_type").add("c2p").add("p2c");
    assertThat(Architecture.of(config, TaskHead.sequence(2)).blocks()).isEqualTo(1);
  }
}
