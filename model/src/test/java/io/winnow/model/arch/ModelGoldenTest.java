package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.Matrix;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.task.Loss;
import io.winnow.model.task.Targets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every model case of the fixtures on every backend, against numbers of transformers and peft:
 * loss, logits, hidden states, the gradient of every base parameter, and those of heads.
 */
class ModelGoldenTest {
  static Stream<Arguments> cases() {
    return Golden.all().stream()
        .flatMap(
            golden -> Arrays.stream(BackendKind.values()).map(kind -> Arguments.of(golden, kind)));
  }

  @Test
  void findsCases() {
    assertThat(cases()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void baseForwardAndAllGradientsMatch(Golden golden, BackendKind kind) {
    try (FrozenBase base = golden.base();
        Network network = network(base, kind);
        SafeTensors expected = golden.file("base_case");
        SafeTensors gradients = golden.file("base_grads")) {
      network.parameters().forEach(Parameter::train);
      sweep(golden, network, expected, "base");
      double deviation = golden.facts().at(DEVIATIONS + "/base_grad_max").asDouble();
      assertThat(gradients.names()).hasSize(network.parameters().size());
      for (Parameter parameter : network.parameters()) {
        float[] want = gradients.floats("grad." + parameter.name());
        GoldenCheck.close(parameter.name(), parameter.gradient().toArray(), want, deviation);
      }
    }
  }

  private static final String DEVIATIONS = "/float32_vs_float64_max_abs_deviation";

  @ParameterizedTest
  @MethodSource("cases")
  void headsMatch(Golden golden, BackendKind kind) {
    lora(golden, kind, "lora_case");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maskedHeadsMatch(Golden golden, BackendKind kind) {
    lora(golden, kind, "lora_topk_case");
  }

  private static void lora(Golden golden, BackendKind kind, String set) {
    try (FrozenBase base = golden.base();
        Network network = network(base, kind);
        SafeTensors expected = golden.file(set)) {
      for (String path : golden.adapters()) {
        network.slot(path).bind(golden.head(expected, path));
      }
      network.architecture().headParameters().forEach(n -> network.parameter(n).train());
      sweep(golden, network, expected, set);
      double deviation = golden.deviation(set, "grad_max_abs_err");
      for (String path : golden.adapters()) {
        GoldenCheck.head(golden, network.slot(path), expected, deviation);
      }
      for (String name : network.architecture().headParameters()) {
        float[] got = network.parameter(name).gradient().toArray();
        GoldenCheck.close(name, got, expected.floats("grad." + name), deviation);
      }
    }
  }

  private static Network network(FrozenBase base, BackendKind kind) {
    return base.network(new NetworkSettings(kind.create(), 0f, BaseDropout.AS_CONFIGURED));
  }

  /** Forward, loss, backward; checks loss, logits and hidden states. */
  private static void sweep(Golden golden, Network network, SafeTensors expected, String set) {
    try (SafeTensors inputs = golden.file("base_case")) {
      Targets targets = golden.targets(inputs);
      if (targets instanceof Targets.Next) {
        Tokens all = Golden.tokens(inputs, null);
        network.forward(all, Pass.of(Pass.Mode.EVALUATE, 0));
        GoldenCheck.logits(golden, network, expected, set);
      }
      int[] outputs = targets instanceof Targets.Next next ? next.rows() : null;
      Tokens tokens = Golden.tokens(inputs, outputs);
      network.forward(tokens, Pass.of(Pass.Mode.GRADIENTS, 0));
      if (outputs == null) {
        GoldenCheck.logits(golden, network, expected, set);
      }
      GoldenCheck.hidden(golden, (HiddenStates) network, expected, tokens);
      Matrix logits = network.logits();
      double[] losses = Loss.toGradient(network.backend(), logits, targets, targets.count());
      float[] mean = {(float) (Arrays.stream(losses).sum() / targets.count())};
      GoldenCheck.close("loss", mean, expected.floats("loss"), golden.deviation(set, "loss"));
      network.backward(logits, block -> {});
    }
  }
}
