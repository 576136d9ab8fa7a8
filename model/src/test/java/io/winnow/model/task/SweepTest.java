package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.SmallModel;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static final int LABELS = 3;
  private static final int BLOCKS = 3;
  private static final SweepKey KEY = new SweepKey(42, 7, 1);
  private static final SweepSettings DROPOUT = new SweepSettings(0.1f, BaseDropout.AS_CONFIGURED);

  private final Batch batch = Runs.batch(1, 4, 21, LABELS);
  private long bytesBefore;
  private FrozenBase base;
  private TrainableSpec spec;

  @BeforeEach
  void load() {
    bytesBefore = Tensor.liveBytes();
    base =
        FrozenBase.random(
            SmallModel.config(16, BLOCKS), new HeadInit(TaskHead.sequence(LABELS), 3));
    spec = Runs.spec(base);
  }

  @AfterEach
  void closingReturnsAllMemory() {
    base.close();
    assertThat(Tensor.liveBytes()).isEqualTo(bytesBefore);
  }

  private record Trained(SweepResult result, List<LayerGradient> layers) {
    AdapterGradient head(AdapterId id) {
      return layers.stream()
          .flatMap(layer -> layer.adapters().stream())
          .filter(g -> g.id().equals(id))
          .findFirst()
          .orElseThrow();
    }

    List<String> names() {
      return layers.stream().map(layer -> layer.layer().name()).toList();
    }
  }

  private Trained train(Sweep sweep) {
    var layers = new ArrayList<LayerGradient>();
    return new Trained(sweep.train(batch, KEY, 10, layers::add, () -> false), layers);
  }

  private Trained train(SweepSettings settings, Predicate<AdapterId> live) {
    try (var sweep = Sweep.create(base, spec, settings)) {
      Runs.bind(sweep, spec, live, id -> 0.5);
      return train(sweep);
    }
  }

  private static void assertSameBits(Trained one, Trained other) {
    assertThat(one.result).isEqualTo(other.result);
    assertThat(one.layers).usingRecursiveComparison().isEqualTo(other.layers);
  }

  @Test
  void layersComeHeadFirstThenDownwards() {
    Trained trained = train(DROPOUT, id -> true);
    assertThat(trained.names())
        .containsExactly(
            LayerId.HEAD,
            "deberta.encoder.layer.2",
            "deberta.encoder.layer.1",
            "deberta.encoder.layer.0");
    assertThat(trained.layers.get(0).tensors())
        .extracting("name")
        .containsExactlyElementsOf(base.architecture().headParameters());
    assertThat(trained.layers.get(3).adapters())
        .extracting("id")
        .containsExactlyElementsOf(
            spec.layers().get(0).adapters().stream().map(a -> a.id()).toList());
    assertThat(trained.result.outcome()).isEqualTo(SweepResult.Outcome.COMPLETED);
    assertThat(trained.result.tokens()).isEqualTo(Arrays.stream(batch.mask()).sum());
    assertThat(trained.result.loss()).isPositive().isFinite();
  }

  @Test
  void prunedHeadsCostNothingAndBackwardStopsAtTheLowestLiveBlock() {
    Trained all = train(DROPOUT, id -> true);
    Trained top = train(DROPOUT, id -> id.index() == 17);
    Trained none = train(DROPOUT, id -> false);
    assertThat(top.names()).containsExactly(LayerId.HEAD, "deberta.encoder.layer.2");
    assertThat(top.layers.get(1).adapters()).extracting("id.index").containsExactly(17);
    assertThat(none.names()).containsExactly(LayerId.HEAD);
    // output.dense of the top block: u, y forward; G, h, dA backward; two input gradients of the
    // head
    assertThat(top.result.cost().products() - none.result.cost().products()).isEqualTo(2 + 1 + 3);
    assertThat(all.result.cost().products()).isGreaterThan(2 * top.result.cost().products());
  }

  @Test
  void everyBlockThatBackwardNeedNotReachSavesItsProducts() {
    long[] products = new long[BLOCKS];
    for (int block = 0; block < BLOCKS; block++) {
      int head = 6 * block + 5;
      products[block] = train(DROPOUT, id -> id.index() == head).result.cost().products();
    }
    long perBlock = products[0] - products[1];
    assertThat(perBlock).isPositive();
    assertThat(products[1] - products[2]).isEqualTo(perBlock);
  }

  @Test
  void maskedHeadsHaveOnlyAnOmegaGradient() {
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      Runs.bind(sweep, spec, id -> true, id -> id.index() == 4 ? 0 : 0.5);
      AdapterGradient masked = train(sweep).head(spec.adapters().get(4).id());
      assertThat(masked.dA()).isEmpty();
      assertThat(masked.dB()).isEmpty();
      assertThat(masked.dOmega()).isNotZero();
    }
  }

  @Test
  void theSameSweepGivesTheSameBitsInAnotherSweepAndAfterOtherWork() {
    Trained first = train(DROPOUT, id -> true);
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      Runs.bind(sweep, spec, id -> id.index() % 3 == 0, id -> 0.1);
      sweep.evaluate(Runs.batch(9, 7, 33, LABELS));
      train(sweep);
      Runs.bind(sweep, spec, id -> true, id -> 0.5);
      assertSameBits(train(sweep), first);
      assertSameBits(train(sweep), first);
    }
  }

  @Test
  void anotherStepDrawsOtherDropout() {
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      Runs.bind(sweep, spec, id -> true, id -> 0.5);
      double one = train(sweep).result.loss();
      var next = new SweepKey(42, 8, 1);
      assertThat(sweep.train(batch, next, 10, layer -> {}, () -> false).loss()).isNotEqualTo(one);
    }
  }

  @Test
  void twoThreadsSharingABaseGetTheBitsOfOne() throws ExecutionException, InterruptedException {
    Trained alone = train(DROPOUT, id -> true);
    var pool = Executors.newFixedThreadPool(2);
    try {
      var results = new ArrayList<Future<List<Trained>>>();
      for (int thread = 0; thread < 2; thread++) {
        results.add(
            pool.submit(
                () -> {
                  try (var sweep = Sweep.create(base, spec, DROPOUT)) {
                    Runs.bind(sweep, spec, id -> true, id -> 0.5);
                    var repeated = new ArrayList<Trained>();
                    for (int i = 0; i < 30; i++) {
                      repeated.add(train(sweep));
                    }
                    return repeated;
                  }
                }));
      }
      for (Future<List<Trained>> result : results) {
        result.get().forEach(trained -> assertSameBits(trained, alone));
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void omegaGradientsWithDropoutAreThoseOfTheLoss() {
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      Runs.bind(sweep, spec, id -> true, id -> 0.5);
      Trained trained = train(sweep);
      float step = 0.02f;
      for (var adapter : spec.adapters()) {
        double slope =
            (lossAt(sweep, adapter.id(), 0.5 + step) - lossAt(sweep, adapter.id(), 0.5 - step))
                / (2 * step);
        assertThat((double) trained.head(adapter.id()).dOmega())
            .as(adapter.id().module())
            .isCloseTo(slope, within(2e-4 + 0.02 * Math.abs(slope)));
      }
    }
  }

  private double lossAt(Sweep sweep, AdapterId moved, double omega) {
    Runs.bind(sweep, spec, id -> true, id -> id.equals(moved) ? omega : 0.5);
    return train(sweep).result.loss();
  }

  @Test
  void evaluationIsTrainingsLossWithoutDropout() {
    try (var sweep = Sweep.create(base, spec, SweepSettings.withoutDropout())) {
      Runs.bind(sweep, spec, id -> true, id -> 0.5);
      Evaluation evaluation = sweep.evaluate(batch);
      assertThat(evaluation.outputs()).hasSize(4 * LABELS);
      assertThat(train(sweep).result.loss()).isEqualTo(evaluation.lossSum() / 10);
    }
  }

  @Test
  void aCancelledSweepSaysSoAndTheNextOneIsUnharmed() {
    Trained whole = train(DROPOUT, id -> true);
    for (int after = 0; after < 2 * BLOCKS; after++) {
      try (var sweep = Sweep.create(base, spec, DROPOUT)) {
        Runs.bind(sweep, spec, id -> true, id -> 0.5);
        int[] asked = {0};
        int limit = after;
        SweepResult result = sweep.train(batch, KEY, 10, layer -> {}, () -> asked[0]++ >= limit);
        assertThat(result.outcome()).isEqualTo(SweepResult.Outcome.CANCELLED);
        assertSameBits(train(sweep), whole);
      }
    }
  }

  @Test
  void aLossThatIsNotFiniteIsReported() {
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      Runs.bind(sweep, spec, id -> true, id -> id.index() == 3 ? Double.NaN : 0.5);
      Trained trained = train(sweep);
      assertThat(trained.result.loss()).isNaN();
      assertThat(trained.layers).hasSize(BLOCKS + 1);
    }
  }

  @Test
  void ranksMayGrow() {
    LayerSpec layer = spec.layers().get(0);
    try (var sweep = Sweep.create(base, spec, SweepSettings.withoutDropout())) {
      Runs.bind(sweep, spec, id -> true, id -> 0.5);
      double before = train(sweep).result.loss();
      var grown =
          layer.adapters().stream()
              .map(a -> Runs.state(a, 0.5f))
              .map(
                  s ->
                      new AdapterState(
                          s.id(), 2 * s.rank(), doubled(s.a()), zeroPadded(s), s.omega()))
              .toList();
      sweep.bind(new LayerParameters(layer.id(), grown, List.of()));
      Trained after = train(sweep);
      assertThat(after.result.loss()).isCloseTo(before, within(1e-6));
      assertThat(after.head(grown.get(0).id()).dA()).hasSize(2 * Runs.RANK * 16);
    }
  }

  private static float[] doubled(float[] a) {
    float[] twice = Arrays.copyOf(a, 2 * a.length);
    System.arraycopy(a, 0, twice, a.length, a.length);
    return twice;
  }

  private static float[] zeroPadded(AdapterState state) {
    float[] b = new float[2 * state.b().length];
    for (int i = 0; i < state.b().length; i++) {
      b[i / state.rank() * 2 * state.rank() + i % state.rank()] = state.b()[i];
    }
    return b;
  }

  @Test
  void headsThatDoNotFitAreRefused() {
    try (var sweep = Sweep.create(base, spec, DROPOUT)) {
      var id = spec.adapters().get(0).id();
      var wrong = new AdapterState(id, 2, new float[3], new float[32], 1f);
      var values = new LayerParameters(spec.layers().get(0).id(), List.of(wrong), List.of());
      assertThatThrownBy(() -> sweep.bind(values))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(id.module())
          .hasMessageContaining("3 values of A");
    }
  }
}
