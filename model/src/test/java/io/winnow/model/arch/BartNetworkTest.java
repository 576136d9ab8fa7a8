package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes down BART's two sides, with dropout everywhere. The numbers are the goldens'. */
class BartNetworkTest {
  private static final int RANK = 2;
  private static final int LAYERS = 2;
  private static final Pass TRAIN = Pass.of(Pass.Mode.TRAIN, 23);

  private final Tokens tokens = SmallBart.tokens();
  private FrozenBase base;
  private long before;

  @BeforeEach
  void open() {
    before = Tensor.liveBytes();
    base = FrozenBase.random(SmallBart.config(16, LAYERS), new HeadInit(TaskHead.language(), 3));
  }

  @AfterEach
  void nothingLeaks() {
    base.close();
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  private Network network(Activations activations) {
    return base.network(
        new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED, activations));
  }

  private static float[] values(String name, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.6f * CounterHash.uniform(CounterHash.word(name), i) - 0.3f;
    }
    return values;
  }

  private static AdapterSlot.Values head(AdapterSlot slot) {
    LinearSite site = slot.site();
    return new AdapterSlot.Values(
        RANK,
        1f,
        0.8f,
        values(site.path() + "A", RANK * site.in()),
        values(site.path() + "B", RANK * site.out()));
  }

  private static void bind(Network network, Predicate<String> which) {
    for (AdapterSlot slot : network.slots()) {
      if (which.test(slot.site().path())) {
        slot.bind(head(slot));
      }
    }
  }

  /** sum(g * logits) with a fixed g. */
  private double loss(Network network) {
    assertThat(network.forward(tokens, TRAIN)).isTrue();
    float[] logits = network.logits().toArray();
    float[] g = values("g", logits.length);
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += (double) g[i] * logits[i];
    }
    return sum;
  }

  private List<Integer> backward(Network network) {
    loss(network);
    Matrix logits = network.logits();
    logits.set(values("g", logits.rows() * logits.columns()));
    var done = new ArrayList<Integer>();
    assertThat(network.backward(logits, done::add)).isTrue();
    return done;
  }

  private static Map<String, AdapterSlot.Gradient> gradients(Network network) {
    var gradients = new LinkedHashMap<String, AdapterSlot.Gradient>();
    for (AdapterSlot slot : network.slots()) {
      if (slot.isBound()) {
        gradients.put(slot.site().path(), slot.gradient());
      }
    }
    return gradients;
  }

  static Stream<TaskHead> heads() {
    return Stream.of(TaskHead.language(), TaskHead.sequence(3), TaskHead.span());
  }

  /**
   * Along a gradient the loss grows by its length per unit. Float rounding of a loss of order 1 is
   * 1e-6, over twice the step 1e-4; the step squared times a third derivative is less.
   */
  @ParameterizedTest
  @MethodSource("heads")
  void gradientsMatchDifferencesUnderTheSameMasks(TaskHead head) {
    var settings = new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED);
    try (var other = FrozenBase.random(SmallBart.config(16, LAYERS), new HeadInit(head, 3));
        Network network = other.network(settings)) {
      bind(network, path -> true);
      backward(network);
      var gradients = gradients(network);
      assertThat(gradients).hasSize(network.slots().size());
      for (AdapterSlot slot : network.slots()) {
        AdapterSlot.Gradient gradient = gradients.get(slot.site().path());
        double length = length(gradient);
        double step = 5e-3;
        slot.bind(moved(slot, gradient, step / length));
        double above = loss(network);
        slot.bind(moved(slot, gradient, -step / length));
        double slope = (above - loss(network)) / (2 * step);
        slot.bind(head(slot));
        assertThat(slope).as(slot.site().path()).isCloseTo(length, within(3e-4));
      }
    }
  }

  private static double length(AdapterSlot.Gradient gradient) {
    double squares = 0;
    for (float[] part : List.of(gradient.a(), gradient.b())) {
      for (float value : part) {
        squares += (double) value * value;
      }
    }
    return Math.sqrt(squares);
  }

  private static AdapterSlot.Values moved(AdapterSlot slot, AdapterSlot.Gradient along, double by) {
    AdapterSlot.Values start = head(slot);
    return new AdapterSlot.Values(
        RANK, 1f, 0.8f, moved(start.a(), along.a(), by), moved(start.b(), along.b(), by));
  }

  private static float[] moved(float[] start, float[] along, double by) {
    float[] moved = start.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * along[i]);
    }
    return moved;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.decoder.layers.1.fc1",
        "model.decoder.layers.0.encoder_attn.k_proj",
        "model.encoder.layers.1.self_attn.out_proj",
        "model.encoder.layers.0.self_attn.v_proj"
      })
  void aHeadAloneHasTheGradientThatItHasAmongTrainedTensors(String path) {
    try (Network alone = network(Activations.KEPT);
        Network all = network(Activations.KEPT)) {
      bind(alone, path::equals);
      bind(all, path::equals);
      all.parameters().forEach(Parameter::train);
      List<Integer> done = backward(alone);
      int block = alone.slot(path).site().block();
      assertThat(done.get(0)).isEqualTo(LinearSite.HEAD);
      assertThat(done.get(done.size() - 1)).isEqualTo(block);
      assertThat(done).hasSize(1 + 2 * LAYERS - block);
      assertThat(backward(all)).containsExactly(LinearSite.HEAD, 3, 2, 1, 0, LinearSite.STEM);
      AdapterSlot.Gradient one = alone.slot(path).gradient();
      AdapterSlot.Gradient other = all.slot(path).gradient();
      assertThat(one.a()).isEqualTo(other.a());
      assertThat(one.b()).isEqualTo(other.b());
      assertThat(one.omega()).isEqualTo(other.omega());
    }
  }

  @Test
  void everyTensorTrainedAloneHasTheGradientThatItHasAmongAll() {
    try (Network all = network(Activations.KEPT)) {
      all.parameters().forEach(Parameter::train);
      backward(all);
      for (Parameter expected : all.parameters()) {
        try (Network alone = network(Activations.RECOMPUTED)) {
          Parameter parameter = alone.parameter(expected.name());
          parameter.train();
          List<Integer> done = backward(alone);
          assertThat(done.get(done.size() - 1)).isEqualTo(parameter.block());
          assertThat(parameter.gradient().toArray())
              .as(expected.name())
              .isEqualTo(expected.gradient().toArray());
        }
      }
    }
  }

  @Test
  void recomputedActivationsGiveTheSameBitsInLessMemory() {
    try (Network kept = network(Activations.KEPT)) {
      bind(kept, path -> path.endsWith("v_proj") || path.endsWith("fc1"));
      long start = Tensor.liveBytes();
      backward(kept);
      long bytes = Tensor.liveBytes() - start;
      try (Network again = network(Activations.RECOMPUTED)) {
        bind(again, path -> path.endsWith("v_proj") || path.endsWith("fc1"));
        start = Tensor.liveBytes();
        backward(again);
        assertThat(Tensor.liveBytes() - start).isLessThan(bytes);
        var expected = gradients(kept);
        gradients(again)
            .forEach(
                (path, gradient) ->
                    assertThat(gradient)
                        .as(path)
                        .usingRecursiveComparison()
                        .isEqualTo(expected.get(path)));
      }
    }
  }

  @Test
  void sweepsAreCancelledBetweenBlocksAndNeedNoNewMemory() {
    try (Network network = network(Activations.KEPT)) {
      bind(network, path -> true);
      backward(network);
      long bytes = Tensor.liveBytes();
      int asked = 2 * 2 * LAYERS; // once per block, forward and backward
      for (int after = 0; after < asked; after++) {
        int[] left = {after};
        var pass = new Pass(Pass.Mode.TRAIN, 23, () -> left[0]-- == 0);
        boolean forward = network.forward(tokens, pass);
        assertThat(forward).isEqualTo(after >= 2 * LAYERS);
        if (forward) {
          assertThat(network.backward(network.logits(), block -> {})).isFalse();
        }
      }
      assertThat(Tensor.liveBytes()).isEqualTo(bytes);
    }
  }
}
