package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.Rotary;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.RotaryTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RopeConfigTest {
  private static final String LLAMA3 =
      "'rope_type': 'llama3', 'factor': %s, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
          + " 'original_max_position_embeddings': 8192";

  private static RopeConfig read(String json) {
    try {
      var tree = new ObjectMapper().readTree(json.replace('\'', '"'));
      return RopeConfig.of(new ConfigFields(tree));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(json, e);
    }
  }

  /** Published frequencies; powers of other libraries may differ in the last place. */
  @ParameterizedTest
  @CsvSource({"llama3_8b, 8.0", "llama32_1b, 32.0", "llama3_plain, ''"})
  void tablesMatch(String name, String factor) {
    String scaling = factor.isEmpty() ? "null" : "{" + LLAMA3.formatted(factor) + "}";
    RopeConfig rope = read("{'rope_theta': 500000.0, 'rope_scaling': " + scaling + "}");
    long before = Tensor.liveBytes();
    try (SafeTensors tables =
        SafeTensors.open(Golden.root().resolve("tables/tables.safetensors"))) {
      float[] want = tables.floats("rope." + name + ".inv_freq");
      float[] got = rope.frequencies(2 * want.length);
      for (int i = 0; i < want.length; i++) {
        assertThat(got[i]).as("pair %d", i).isCloseTo(want[i], within(2 * Math.ulp(want[i])));
      }
      int[] positions = Golden.ints(tables.longs("rope." + name + ".positions"));
      try (var table = new RotaryTable(got)) {
        table.at(new int[] {3}); // it grows
        Rotary rotary = table.at(positions);
        assertTurns(positions, want, rotary.cos(), tables.floats("rope." + name + ".cos"));
        assertTurns(positions, want, rotary.sin(), tables.floats("rope." + name + ".sin"));
      }
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  /** The published table has every column twice. An angle is off by its frequency's last places. */
  private static void assertTurns(int[] positions, float[] frequencies, Tensor got, float[] want) {
    float[] all = got.toArray();
    int half = frequencies.length;
    for (int r = 0; r < positions.length; r++) {
      for (int i = 0; i < half; i++) {
        double off = 3.0 * positions[r] * Math.ulp(frequencies[i]) + 1e-6;
        float value = all[positions[r] * half + i];
        assertThat((double) value)
            .as("position %d, pair %d", positions[r], i)
            .isCloseTo(want[r * 2 * half + i], within(off));
      }
    }
  }

  @Test
  void bothSpellingsMeanTheSame() {
    String scaling = LLAMA3.formatted("8.0");
    RopeConfig old = read("{'rope_theta': 500000.0, 'rope_scaling': {" + scaling + "}}");
    assertThat(read("{'rope_parameters': {'rope_theta': 500000.0, " + scaling + "}}"))
        .isEqualTo(old);
    assertThat(
            read(
                "{'rope_theta': 500000.0, 'rope_scaling': {"
                    + scaling.replace("rope_type", "type")
                    + "}}"))
        .isEqualTo(old);
    assertThat(read("{'rope_parameters': {'rope_type': 'default', 'rope_theta': 5000.0}}"))
        .isEqualTo(read("{'rope_theta': 5000.0, 'rope_scaling': null}"));
    assertThat(read("{}")).isEqualTo(read("{'rope_theta': 10000.0}"));
  }

  @Test
  void linearScalingSlowsEveryPairDown() {
    float[] plain = read("{}").frequencies(8);
    float[] slow = read("{'rope_scaling': {'type': 'linear', 'factor': 4.0}}").frequencies(8);
    float[] quarter = new float[4];
    for (int i = 0; i < 4; i++) {
      quarter[i] = plain[i] / 4f;
    }
    assertThat(slow).isEqualTo(quarter);
    assertThat(plain[0]).isEqualTo(1f);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "{'rope_scaling': {'type': 'dynamic'; 'factor': 2.0}}, rope_scaling.type is 'dynamic'",
        "{'rope_scaling': {'rope_type': 'yarn'; 'factor': 2.0}}, rope_scaling.rope_type is 'yarn'",
        "{'rope_parameters': {'rope_type': 'longrope'}}, rope_parameters.rope_type is 'longrope'",
        "{'rope_scaling': {'type': 'linear'}}, rope_scaling.factor is absent",
        "{'rope_scaling': {'rope_type': 'llama3'; 'factor': 0}}, rope_scaling.factor is '0'",
        "{'rope_scaling': 4}, rope_scaling is '4'",
        "{'rope_theta': 'big'}, rope_theta is 'big'",
      })
  void otherKindsAndMissingNumbersAreRefusedByName(String json, String message) {
    assertThatThrownBy(() -> read(json.replace(';', ',')))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("config.json: " + message)
        .hasMessageContaining("supported");
  }
}
