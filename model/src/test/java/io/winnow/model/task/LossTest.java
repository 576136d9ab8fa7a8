package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Tensor;
import org.junit.jupiter.api.Test;

class LossTest {
  @Test
  void crossEntropyAndItsGradientMatch() {
    float[] z = {1f, -2f, 0.5f, 3f, 3f, -1f};
    try (Tensor logits = Tensor.of(z, 2, 3)) {
      var targets = new Targets.Classes(new int[] {2, 0});
      Loss loss = Loss.of(logits.matrix(), targets, 8);
      double first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5)) - 0.5;
      double second = Math.log(2 * Math.exp(3) + Math.exp(-1)) - 3;
      assertThat(loss.sum()).isCloseTo(first + second, within(1e-6));
      double p = Math.exp(1) / (Math.exp(1) + Math.exp(-2) + Math.exp(0.5));
      assertThat((double) loss.gradient()[0]).isCloseTo(p / 8, within(1e-7));
      assertThat((double) loss.gradient()[2]).isCloseTo((Math.exp(-first) - 1) / 8, within(1e-7));
    }
  }

  @Test
  void squaredErrorAndItsGradientMatch() {
    try (Tensor logits = Tensor.of(new float[] {1f, 4f}, 2, 1)) {
      Loss loss = Loss.of(logits.matrix(), new Targets.Values(new float[] {0.5f, 6f}), 4);
      assertThat(loss.sum()).isEqualTo(4.25);
      assertThat(loss.gradient()).containsExactly(0.25f, -1f);
    }
  }

  @Test
  void labelsOutsideTheClassesAreRefused() {
    try (Tensor logits = Tensor.zeros(1, 3)) {
      var targets = new Targets.Classes(new int[] {3});
      assertThatThrownBy(() -> Loss.of(logits.matrix(), targets, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("label 3 of 3 classes");
    }
  }

  @Test
  void aLossThatIsNotFiniteIsReported() {
    try (Tensor logits = Tensor.of(new float[] {Float.NaN, 0f}, 1, 2)) {
      Loss loss = Loss.of(logits.matrix(), new Targets.Classes(new int[] {0}), 1);
      assertThat(loss.sum()).isNaN();
      assertThat(loss.gradient()).containsOnly(Float.NaN);
    }
  }
}
