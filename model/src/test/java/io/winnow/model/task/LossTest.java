package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Tensor;
import org.junit.jupiter.api.Test;

class LossTest {
  private static final Backend BACKEND = new CpuBackend();

  @Test
  void crossEntropyAndItsGradientMatch() {
    float[] z = {1f, -2f, 0.5f, 3f, 3f, -1f};
    try (Tensor logits = Tensor.of(z, 2, 3)) {
      var targets = new Targets.Classes(new int[] {2, 0});
      double[] losses = Loss.toGradient(BACKEND, logits.matrix(), targets, 8);
      float[] gradient = logits.toArray();
      double first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5)) - 0.5;
      double second = Math.log(2 * Math.exp(3) + Math.exp(-1)) - 3;
      assertThat(losses[0] + losses[1]).isCloseTo(first + second, within(1e-6));
      double p = Math.exp(1) / (Math.exp(1) + Math.exp(-2) + Math.exp(0.5));
      assertThat((double) gradient[0]).isCloseTo(p / 8, within(1e-7));
      assertThat((double) gradient[2]).isCloseTo((Math.exp(-first) - 1) / 8, within(1e-7));
    }
  }

  @Test
  void squaredErrorAndItsGradientMatch() {
    try (Tensor logits = Tensor.of(new float[] {1f, 4f}, 2, 1)) {
      var targets = new Targets.Values(new float[] {0.5f, 6f});
      assertThat(Loss.toGradient(BACKEND, logits.matrix(), targets, 4)).containsExactly(0.25, 4);
      assertThat(logits.toArray()).containsExactly(0.25f, -1f);
    }
  }

  @Test
  void labelsOutsideTheClassesAreRefused() {
    try (Tensor logits = Tensor.zeros(1, 3)) {
      var targets = new Targets.Classes(new int[] {3});
      assertThatThrownBy(() -> Loss.toGradient(BACKEND, logits.matrix(), targets, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("label 3 of 3 classes");
    }
  }

  @Test
  void aLossThatIsNotFiniteIsReported() {
    try (Tensor logits = Tensor.of(new float[] {Float.NaN, 0f}, 1, 2)) {
      var targets = new Targets.Classes(new int[] {0});
      assertThat(Loss.toGradient(BACKEND, logits.matrix(), targets, 1)).containsOnly(Double.NaN);
      assertThat(logits.toArray()).containsOnly(Float.NaN);
    }
  }

  @Test
  void spansAreTheMeanOfBeginAndEnd() {
    float[] z = {1f, 0f, 2f, 3f, 0f, 1f}; // one example, three tokens: begin and end
    try (Tensor logits = Tensor.of(z, 3, 2)) {
      var targets = new Targets.Spans(new int[] {2}, new int[] {1});
      double[] losses = Loss.toGradient(BACKEND, logits.matrix(), targets, 2);
      double begin = Math.log(Math.exp(1) + Math.exp(2) + 1);
      double end = Math.log(1 + Math.exp(3) + Math.exp(1)) - 3;
      assertThat(losses[0]).isCloseTo((begin + end) / 2, within(1e-9));
      double p = Math.exp(1 - begin);
      assertThat((double) logits.toArray()[0]).isCloseTo(p / 4, within(1e-7));
    }
  }

  @Test
  void nextTokensCountOnlyWhereThereIsATarget() {
    var targets = new Targets.Next(new int[] {-1, 2, -1, 0});
    assertThat(targets.count()).isEqualTo(2);
    assertThat(targets.rows()).containsExactly(1, 3);
    float[] z = {1f, -2f, 0.5f, 3f, 3f, -1f}; // rows 1 and 3
    try (Tensor logits = Tensor.of(z, 2, 3)) {
      double[] losses = Loss.toGradient(BACKEND, logits.matrix(), targets, 2);
      double first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5)) - 0.5;
      double second = Math.log(2 * Math.exp(3) + Math.exp(-1)) - 3;
      assertThat(losses[0]).isCloseTo(first, within(1e-6));
      assertThat(losses[1]).isCloseTo(second, within(1e-6));
      assertThat((double) logits.toArray()[2]).isCloseTo((Math.exp(-first) - 1) / 2, within(1e-6));
    }
  }

  @Test
  void aBatchWithoutTargetsHasNoLossAndNoGradient() {
    var targets = new Targets.Next(new int[] {-1, -1});
    try (Tensor logits = Tensor.of(new float[] {1f, 2f}, 1, 2)) {
      assertThat(Loss.toGradient(BACKEND, logits.matrix(), targets, 3)).containsExactly(0);
      assertThat(logits.toArray()).containsOnly(0f);
    }
  }
}
