package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Activations;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.SmallModel;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Training is the same thing on every backend, dropout included. */
class BackendSweepTest {
  private static final int LABELS = 3;
  private static final int STEPS = 12;
  private static final int EXAMPLES = 4;
  private static final float RATE = 0.5f;

  @Test
  void lossesOfATrainingAgreeWithThoseOfTheCpuKernels() {
    long bytes = Tensor.liveBytes();
    double[] cpu = train(BackendKind.CPU);
    double[] nd4j = train(BackendKind.ND4J);
    assertThat(cpu[STEPS - 1]).isLessThan(cpu[0] - 0.1);
    assertThat(nd4j).containsExactly(cpu, within(1e-4));
    assertThat(Tensor.liveBytes()).isEqualTo(bytes);
  }

  @Test
  void theSameTrainingGivesTheSameBitsOnNd4j() {
    assertThat(train(BackendKind.ND4J)).isEqualTo(train(BackendKind.ND4J));
  }

  /** Losses of gradient descent on A and B with dropout; all batches are the same examples. */
  private static double[] train(BackendKind kind) {
    var settings = new SweepSettings(0.1f, BaseDropout.AS_CONFIGURED, Activations.KEPT, kind);
    var init = new HeadInit(TaskHead.sequence(LABELS), 3);
    try (var base = FrozenBase.random(SmallModel.config(32, 2), init)) {
      TrainableSpec spec = Runs.spec(base);
      try (var sweep = Sweep.create(base, spec, settings)) {
        Runs.bind(sweep, spec, id -> true, id -> 1);
        var heads = new Heads(spec);
        return IntStream.range(0, STEPS).mapToDouble(step -> heads.step(sweep, step)).toArray();
      }
    }
  }

  /** The heads' values as they are trained. */
  private static final class Heads {
    private final TrainableSpec spec;
    private final Map<AdapterId, AdapterState> states = new HashMap<>();

    Heads(TrainableSpec spec) {
      this.spec = spec;
      spec.adapters().forEach(adapter -> states.put(adapter.id(), Runs.state(adapter, 1)));
    }

    double step(Sweep sweep, int step) {
      var layers = new ArrayList<LayerGradient>();
      var batch = Runs.batch(1, EXAMPLES, 21, LABELS);
      var key = new SweepKey(42, step, 0);
      double loss = sweep.train(batch, key, EXAMPLES, layers::add, () -> false).loss();
      layers.forEach(layer -> layer.adapters().forEach(this::descend));
      for (LayerSpec layer : spec.layers()) {
        var now = layer.adapters().stream().map(a -> states.get(a.id())).toList();
        sweep.bind(new LayerParameters(layer.id(), now, List.of()));
      }
      return loss;
    }

    private void descend(AdapterGradient g) {
      states.computeIfPresent(
          g.id(),
          (id, s) ->
              new AdapterState(
                  id, s.rank(), moved(s.a(), g.dA()), moved(s.b(), g.dB()), s.omega()));
    }

    private static float[] moved(float[] values, float[] gradient) {
      float[] moved = values.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] -= RATE * gradient[i];
      }
      return moved;
    }
  }
}
