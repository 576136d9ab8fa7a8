package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.task.Loss;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The network against numbers of transformers and peft; every number comes from the files. */
class DebertaGoldenTest {
  /** See golden/README.md: ten times the stated deviation plus 1e-6 of the largest magnitude. */
  private static final double FACTOR = 10;

  private static final double RELATIVE = 1e-6;

  /** Each case with all rows of the last hidden state, and with the first tokens' alone. */
  static Stream<Arguments> cases() {
    return Golden.supported().stream()
        .flatMap(
            golden -> Arrays.stream(OutputRows.values()).map(rows -> Arguments.of(golden, rows)));
  }

  @Test
  void findsTheCaseOfDebertaV3() {
    assertThat(Golden.supported()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void baseForwardAndAllGradientsMatch(Golden golden, OutputRows rows) {
    try (FrozenBase base = golden.base();
        var network = network(base, rows);
        SafeTensors expected = golden.file("base_case");
        SafeTensors gradients = golden.file("base_grads")) {
      network.parameters().forEach(Parameter::train);
      sweep(golden, network, expected, "base");
      double deviation =
          golden
              .facts()
              .path("float32_vs_float64_max_abs_deviation")
              .path("base_grad_max")
              .asDouble();
      assertThat(gradients.names()).hasSize(network.parameters().size());
      for (Parameter parameter : network.parameters()) {
        float[] want = gradients.floats("grad." + parameter.name());
        assertClose(parameter.name(), parameter.gradient().toArray(), want, deviation);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void headsMatch(Golden golden, OutputRows rows) {
    lora(golden, rows, "lora_case");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maskedHeadsMatch(Golden golden, OutputRows rows) {
    lora(golden, rows, "lora_topk_case");
  }

  private static void lora(Golden golden, OutputRows rows, String set) {
    try (FrozenBase base = golden.base();
        var network = network(base, rows);
        SafeTensors expected = golden.file(set)) {
      for (String path : golden.adapters()) {
        network.slot(path).bind(golden.head(expected, path));
      }
      network.architecture().headParameters().forEach(n -> network.parameter(n).train());
      sweep(golden, network, expected, set);
      double deviation = golden.deviation(set, "grad_max_abs_err");
      for (String path : golden.adapters()) {
        assertHead(golden, network.slot(path), expected, deviation);
      }
      for (String name : network.architecture().headParameters()) {
        float[] got = network.parameter(name).gradient().toArray();
        assertClose(name, got, expected.floats("grad." + name), deviation);
      }
    }
  }

  private static void assertHead(
      Golden golden, AdapterSlot slot, SafeTensors expected, double deviation) {
    String path = slot.site().path();
    AdapterSlot.Gradient got = slot.gradient();
    float[] dA = expected.floats("grad." + path + ".A");
    float[] dB = expected.floats("grad." + path + ".B");
    float[] dOmega = expected.floats("grad." + path + ".omega");
    if (golden.head(expected, path).omega() == 0f) {
      assertThat(got.a()).as(path).isEmpty();
      assertThat(got.b()).as(path).isEmpty();
      assertThat(dA).as(path).containsOnly(0f);
      assertThat(dB).as(path).containsOnly(0f);
    } else {
      assertClose(path + ".A", got.a(), dA, deviation);
      assertClose(path + ".B", got.b(), dB, deviation);
    }
    assertClose(path + ".omega", new float[] {got.omega()}, dOmega, deviation);
  }

  private static DebertaV2Network network(FrozenBase base, OutputRows rows) {
    var settings = new NetworkSettings(new CpuBackend(), 0f, BaseDropout.AS_CONFIGURED);
    return new DebertaV2Network((DebertaV2) base.architecture(), base, settings, rows);
  }

  /** Forward, loss, backward; checks loss, logits and hidden states. */
  private static void sweep(
      Golden golden, DebertaV2Network network, SafeTensors expected, String set) {
    try (SafeTensors inputs = golden.file("base_case")) {
      Tokens tokens = Golden.tokens(inputs);
      network.forward(tokens, Pass.of(Pass.Mode.GRADIENTS, 0));
      assertHidden(golden, network, expected, tokens);
      Matrix logits = network.logits();
      ToDoubleFunction<String> deviation = what -> golden.deviation(set, what);
      assertClose(
          "logits", logits.toArray(), expected.floats("logits"), deviation.applyAsDouble("logits"));
      var targets = golden.targets(inputs);
      Loss loss = Loss.of(logits, targets, targets.count());
      float[] mean = {(float) (loss.sum() / targets.count())};
      assertClose("loss", mean, expected.floats("loss"), deviation.applyAsDouble("loss"));
      logits.set(loss.gradient());
      network.backward(logits, block -> {});
    }
  }

  private static void assertHidden(
      Golden golden, DebertaV2Network network, SafeTensors expected, Tokens tokens) {
    for (int i = 0; i <= network.architecture().blocks(); i++) {
      String name = "hidden_states." + i;
      float[] want = expected.floats(name);
      Matrix hidden = network.hidden(i);
      int width = hidden.columns();
      int step = tokens.rows() / hidden.rows();
      for (int row = 0; row < hidden.rows(); row++) {
        int at = row * step * width;
        if (tokens.mask()[row * step] == 1) {
          float[] wanted = Arrays.copyOfRange(want, at, at + width);
          float[] got = hidden.rows(row, 1).toArray();
          assertClose(name, got, wanted, golden.deviation("base", name));
        }
      }
    }
  }

  private static void assertClose(String what, float[] got, float[] want, double deviation) {
    assertThat(got).as(what).hasSameSizeAs(want);
    double largest = 0;
    for (float value : want) {
      largest = Math.max(largest, Math.abs(value));
    }
    double tolerance = FACTOR * deviation + RELATIVE * largest;
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i])
          .as("%s[%d]", what, i)
          .isBetween(want[i] - tolerance, want[i] + tolerance);
    }
  }
}
