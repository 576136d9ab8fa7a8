package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.WeightSource;
import java.nio.FloatBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrozenBaseTest {
  private static final int LABELS = 3;

  /** Made-up weights without some tensors, or with the names of a bare model. */
  record Source(MadeUpWeights weights, String missing, String prefix) implements WeightSource {
    static Source without(String missing) {
      var architecture = Architecture.of(SmallModel.config(16, 1), TaskHead.sequence(LABELS));
      return new Source(new MadeUpWeights(architecture, 5), missing, "");
    }

    @Override
    public Set<String> names() {
      var names = new LinkedHashSet<>(weights.names());
      names.removeIf(name -> !has(name));
      return names;
    }

    @Override
    public boolean has(String name) {
      return weights.has(prefix + name) && (missing.isEmpty() || !name.startsWith(missing));
    }

    @Override
    public long[] shape(String name) {
      return weights.shape(prefix + name);
    }

    @Override
    public void read(String name, FloatBuffer target) {
      weights.read(prefix + name, target);
    }
  }

  private static FrozenBase load(WeightSource source, long seed) {
    return FrozenBase.load(
        SmallModel.config(16, 1), source, new HeadInit(TaskHead.sequence(LABELS), seed));
  }

  @Test
  void missingTensorsOfTheBaseAreRefusedByNameAndNothingLeaks() {
    long before = Tensor.liveBytes();
    assertThatThrownBy(() -> load(Source.without("deberta.encoder.layer.0.output.dense.bias"), 1))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("deberta.encoder.layer.0.output.dense.bias");
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void aBaseDrawnByAnotherSeedSharesWhatTheSourceHasAndIsAsIfLoadedWithIt() {
    long before = Tensor.liveBytes();
    try (var loaded = load(Source.without("classifier"), 2);
        var first = load(Source.without("classifier"), 1)) {
      long ofTwo = Tensor.liveBytes() - before;
      try (var drawn = first.drawnBy(2)) {
        for (ParameterSite site : loaded.architecture().parameters()) {
          boolean isDrawn = site.name().startsWith("classifier");
          assertThat(drawn.values(site.name())).isEqualTo(loaded.values(site.name()));
          assertThat(drawn.tensor(site.name()) == first.tensor(site.name())).isEqualTo(!isDrawn);
        }
        assertThat(drawn.fingerprint()).isEqualTo(loaded.fingerprint());
        assertThat(drawn.bytes()).isEqualTo(first.bytes());
        assertThat(drawn.ownBytes()).isEqualTo((16 + 1) * LABELS * (long) Float.BYTES);
        assertThat(Tensor.liveBytes() - before).isEqualTo(ofTwo + drawn.ownBytes());
      }
      assertThat(Tensor.liveBytes() - before).isEqualTo(ofTwo);
      assertThat(first.values("classifier.bias")).containsOnly(0f);
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void aBaseWhoseSourceHasAllIsSharedAsAWhole() {
    try (var whole = load(Source.without(""), 1);
        var other = whole.drawnBy(9)) {
      assertThat(other.ownBytes()).isZero();
      assertThat(other.values("classifier.weight")).isEqualTo(whole.values("classifier.weight"));
    }
  }

  @Test
  void aMissingHeadIsDrawnFromTheSeed() {
    try (var first = load(Source.without("classifier"), 1);
        var again = load(Source.without("classifier"), 1);
        var other = load(Source.without("classifier"), 2)) {
      float[] weight = first.values("classifier.weight");
      assertThat(weight).isEqualTo(again.values("classifier.weight"));
      assertThat(weight).isNotEqualTo(other.values("classifier.weight"));
      assertThat(first.values("classifier.bias")).containsOnly(0f);
      double squares = 0;
      for (float value : weight) {
        squares += (double) value * value / weight.length;
      }
      assertThat(Math.sqrt(squares)).isCloseTo(0.2, within(0.06));
      assertThat(first.fingerprint()).isEqualTo(other.fingerprint());
    }
  }

  @Test
  void theFingerprintTellsConfigurationAndWeights() {
    try (var one = load(Source.without(""), 1);
        var same = load(Source.without(""), 1);
        var weights =
            FrozenBase.random(
                SmallModel.config(16, 1), new HeadInit(TaskHead.sequence(LABELS), 6));
        var dropout =
            FrozenBase.load(
                SmallModel.config(16, 1).put("hidden_dropout_prob", 0.2),
                Source.without(""),
                new HeadInit(TaskHead.sequence(LABELS), 1))) {
      assertThat(one.fingerprint()).hasSize(64).isEqualTo(same.fingerprint());
      assertThat(weights.fingerprint()).isNotEqualTo(one.fingerprint());
      assertThat(dropout.fingerprint()).isNotEqualTo(one.fingerprint());
    }
  }

  @Test
  void aBareModelsNamesAreUnderstood() {
    var bare = new Source(Source.without("").weights, "", "deberta.");
    try (var base = load(bare, 1);
        var full = load(Source.without(""), 1)) {
      String name = "deberta.encoder.layer.0.intermediate.dense.weight";
      assertThat(base.values(name)).isEqualTo(full.values(name));
    }
  }

  /** Made-up weights under other names than the architecture's. */
  record Renamed(MadeUpWeights weights, UnaryOperator<String> name) implements WeightSource {
    private @Nullable String given(String stored) {
      return weights.names().stream()
          .filter(known -> name.apply(known).equals(stored))
          .findFirst()
          .orElse(null);
    }

    @Override
    public Set<String> names() {
      return weights.names().stream().map(name).collect(Collectors.toSet());
    }

    @Override
    public boolean has(String stored) {
      return given(stored) != null;
    }

    @Override
    public long[] shape(String stored) {
      return weights.shape(given(stored));
    }

    @Override
    public void read(String stored, FloatBuffer target) {
      weights.read(given(stored), target);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "deberta-v2"})
  void bareCheckpointsAndThoseWithGammaAndBetaAreUnderstood(String type) {
    var config = SmallModel.config(type);
    var head = new HeadInit(TaskHead.sequence(LABELS), 1);
    var architecture = Architecture.of(config, head.head());
    var weights = new MadeUpWeights(architecture, 5);
    UnaryOperator<String> bare = name -> name.replaceFirst("^" + architecture.basePrefix(), "");
    UnaryOperator<String> old =
        name ->
            name.replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
    try (var full = FrozenBase.load(config, weights, head);
        var renamed =
            FrozenBase.load(config, new Renamed(weights, n -> bare.apply(old.apply(n))), head)) {
      assertThat(renamed.fingerprint()).isEqualTo(full.fingerprint());
    }
  }

  @Test
  void tensorsOfAnotherShapeAreRefused() {
    assertThatThrownBy(
            () ->
                FrozenBase.load(
                    SmallModel.config(32, 1),
                    Source.without(""),
                    new HeadInit(TaskHead.sequence(LABELS), 1)))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("[50, 16]")
        .hasMessageContaining("[50, 32]");
  }
}
