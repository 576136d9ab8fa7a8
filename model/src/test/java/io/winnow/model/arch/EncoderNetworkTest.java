package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.task.Loss;
import io.winnow.model.task.Targets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the encoder's sweeps promise besides the golden numbers. */
class EncoderNetworkTest {
  private static final NetworkSettings KEPT = settings(Activations.KEPT);

  private static NetworkSettings settings(Activations activations) {
    return new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED, activations);
  }

  static Stream<Golden> encoders() {
    return Golden.all().stream().filter(golden -> golden.head().kind() != TaskHead.Kind.LANGUAGE);
  }

  /** Gradients by what they are gradients of. */
  private static Map<String, float[]> gradients(
      Golden golden, Network network, Pass.Mode mode, Predicate<String> adapted) {
    var gradients = new LinkedHashMap<String, float[]>();
    try (SafeTensors inputs = golden.file("base_case");
        SafeTensors lora = golden.file("lora_case")) {
      List<String> paths = golden.adapters().stream().filter(adapted).toList();
      paths.forEach(path -> network.slot(path).bind(golden.head(lora, path)));
      network.forward(Golden.tokens(inputs, null), Pass.of(mode, 7));
      Targets targets = golden.targets(inputs);
      Loss.toGradient(network.backend(), network.logits(), targets, targets.count());
      network.backward(network.logits(), block -> {});
      for (String path : paths) {
        gradients.put(path + ".A", network.slot(path).gradient().a());
        gradients.put(path + ".B", network.slot(path).gradient().b());
      }
      network.parameters().stream()
          .filter(Parameter::isTrained)
          .forEach(p -> gradients.put(p.name(), p.gradient().toArray()));
    }
    return gradients;
  }

  private static void assertSame(Map<String, float[]> got, Map<String, float[]> want) {
    assertThat(got).isNotEmpty();
    got.forEach((name, values) -> assertThat(values).as(name).isEqualTo(want.get(name)));
  }

  @ParameterizedTest
  @MethodSource("encoders")
  void recomputedActivationsGiveTheSameBits(Golden golden) {
    try (FrozenBase base = golden.base();
        Network kept = base.network(KEPT);
        Network recomputed = base.network(settings(Activations.RECOMPUTED))) {
      kept.parameters().forEach(Parameter::train);
      recomputed.parameters().forEach(Parameter::train);
      var want = gradients(golden, kept, Pass.Mode.TRAIN, path -> true);
      assertSame(gradients(golden, recomputed, Pass.Mode.TRAIN, path -> true), want);
      assertThat(want).hasSizeGreaterThan(kept.parameters().size());
    }
  }

  @ParameterizedTest
  @MethodSource("encoders")
  void blocksBelowTheLowestHeadChangeNoBits(Golden golden) {
    try (FrozenBase base = golden.base();
        Network all = base.network(KEPT);
        Network heads = base.network(KEPT)) {
      all.parameters().forEach(Parameter::train);
      Predicate<String> upper = path -> !path.startsWith(base.architecture().blockName(0) + ".");
      var want = gradients(golden, all, Pass.Mode.TRAIN, upper);
      assertSame(gradients(golden, heads, Pass.Mode.TRAIN, upper), want);
    }
  }

  /** A sequence head reads first tokens alone: the other rows of the last block only cost time. */
  @ParameterizedTest
  @CsvSource({"deberta-v3-cls, base", "deberta-v3-cls, lora_case", "bert-cls, base"})
  void allRowsOfTheLastBlockMatchToo(String name, String set) {
    Golden golden = Golden.open(Golden.root().resolve(name));
    try (FrozenBase base = golden.base();
        SafeTensors inputs = golden.file("base_case")) {
      var encoder = (Encoder) base.architecture();
      var settings = new NetworkSettings(new CpuBackend(), 0f, BaseDropout.AS_CONFIGURED);
      var parts = EncoderParts.of(encoder.config(), base, settings, OutputRows.ALL);
      try (var network = new EncoderNetwork(encoder, parts, settings);
          Network fewest = base.network(settings)) {
        boolean adapted = set.equals("lora_case");
        if (!adapted) {
          network.parameters().forEach(Parameter::train);
          fewest.parameters().forEach(Parameter::train);
        }
        var got = gradients(golden, network, Pass.Mode.GRADIENTS, path -> adapted);
        var want = gradients(golden, fewest, Pass.Mode.GRADIENTS, path -> adapted);
        String stated = adapted ? "/lora_case/grad_max_abs_err" : "/base_grad_max";
        double deviation = golden.facts().at(DEVIATION + stated).asDouble();
        got.forEach((tensor, g) -> GoldenCheck.close(tensor, g, want.get(tensor), deviation));
        assertThat(network.hidden("hidden_states.2").rows())
            .isEqualTo(Golden.tokens(inputs, null).rows());
      }
    }
  }

  private static final String DEVIATION = "/float32_vs_float64_max_abs_deviation";

  @Test
  void eachBlockIsAnnouncedOnceFromTheHeadDown() {
    ObjectNode config = SmallModel.config(16, 3).put("conv_kernel_size", 3);
    try (FrozenBase base = FrozenBase.random(config, new HeadInit(TaskHead.span(), 1));
        Network network = base.network(KEPT)) {
      network.parameter("deberta.encoder.conv.conv.weight").train();
      var heard = new ArrayList<Integer>();
      network.forward(tokens(5, null), Pass.of(Pass.Mode.GRADIENTS, 0));
      network.backend().fill(network.logits(), 1f);
      network.backward(network.logits(), heard::add);
      assertThat(heard).containsExactly(-1, 2, 1, 0);
      network.parameter("deberta.embeddings.word_embeddings.weight").train();
      network.forward(tokens(5, null), Pass.of(Pass.Mode.GRADIENTS, 0));
      network.backend().fill(network.logits(), 1f);
      network.backward(network.logits(), heard::add);
      assertThat(heard).endsWith(1, 0, -2);
    }
  }

  private static Tokens tokens(int length, int[] types) {
    int[] ones = new int[length];
    java.util.Arrays.fill(ones, 1);
    return new Tokens(1, length, ones, ones, types, null, null);
  }

  @ParameterizedTest
  @CsvSource({"bert, 65, 64", "roberta, 63, 62"})
  void sequencesBeyondTheTableOfPositionsAreRefused(String type, int length, int longest) {
    try (FrozenBase base = FrozenBase.random(SmallModel.config(type), head());
        Network network = base.network(KEPT)) {
      var pass = Pass.of(Pass.Mode.EVALUATE, 0);
      assertThat(network.forward(tokens(longest, null), pass)).isTrue();
      assertThatThrownBy(() -> network.forward(tokens(length, null), pass))
          .isInstanceOf(UserProblem.class)
          .hasMessage("a sequence has %d tokens; this model has positions for %d", length, longest);
    }
  }

  @Test
  void tokenTypesThatTheModelLacksAreRefused() {
    int[] types = {0, 0, 1};
    var pass = Pass.of(Pass.Mode.EVALUATE, 0);
    ObjectNode config = SmallModel.config("roberta").put("type_vocab_size", 1);
    try (FrozenBase base = FrozenBase.random(config, head());
        Network network = base.network(KEPT)) {
      assertThatThrownBy(() -> network.forward(tokens(3, types), pass))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("token type 1: this model has 1 (type_vocab_size");
    }
    try (FrozenBase without = FrozenBase.random(SmallModel.config(16, 1), head());
        Network network = without.network(KEPT)) {
      assertThat(network.forward(tokens(3, types), pass)).isTrue();
    }
  }

  private static HeadInit head() {
    return new HeadInit(TaskHead.sequence(2), 1);
  }

  @Test
  void robertaCountsTokensFromBehindThePaddingId() {
    var counted = new EncoderConfig.Positions(10, 1);
    int[] ids = {0, 5, 2, 1, 1, /**/ 0, 7, 8, 9, 2, /**/ 1, 1, 0, 3, 2};
    assertThat(counted.of(ids, 5)).containsExactly(2, 3, 4, 1, 1, 2, 3, 4, 5, 6, 1, 1, 2, 3, 4);
    assertThat(new EncoderConfig.Positions(10, null).of(new int[6], 3))
        .containsExactly(0, 1, 2, 0, 1, 2);
  }
}
