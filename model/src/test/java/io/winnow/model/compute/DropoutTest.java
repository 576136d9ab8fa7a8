package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(BackendKind.class)
class DropoutTest {
  private final Backend backend;

  DropoutTest(BackendKind kind) {
    this.backend = kind.create();
  }

  private float[] mask(DropMask mask, int rows, int columns) {
    try (Tensor x = Tensor.zeros(rows, columns)) {
      backend.fill(x.matrix(), 1f);
      backend.dropout(x.matrix(), x.matrix(), mask);
      return x.toArray();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0.05f, 0.1f, 0.5f})
  void dropsTheShareAndScalesTheRest(float p) {
    float[] values = mask(DropMask.of(7, p), 1000, 101);
    int dropped = 0;
    double sum = 0;
    for (float value : values) {
      dropped += value == 0f ? 1 : 0;
      sum += value;
      assertThat(value).isIn(0f, DropMask.of(7, p).scale());
    }
    assertThat(dropped / (double) values.length).isCloseTo(p, within(0.005));
    assertThat(sum / values.length).isCloseTo(1.0, within(0.01));
  }

  @Test
  void keysDifferAndRepeat() {
    DropMask mask = DropMask.of(1, 0.3f);
    assertThat(mask(mask, 9, 33)).isEqualTo(mask(mask, 9, 33));
    assertThat(mask(mask, 9, 33)).isNotEqualTo(mask(DropMask.of(2, 0.3f), 9, 33));
    assertThat(mask(mask.part(0), 9, 33)).isNotEqualTo(mask(mask.part(1), 9, 33));
    assertThat(mask(DropMask.NONE.part(1), 2, 2)).containsOnly(1f);
  }

  @Test
  void addDropoutAndLayerNormUseTheSameMask() {
    DropMask mask = DropMask.of(5, 0.4f);
    float[] kept = mask(mask, 6, 19);
    try (Tensor x = Samples.tensor(1, 6, 19);
        Tensor y = Tensor.zeros(6, 19);
        Tensor plain = Tensor.zeros(6, 19);
        Tensor normed = Tensor.zeros(6, 19);
        Tensor gamma = Samples.tensor(2, 19);
        Tensor beta = Samples.tensor(3, 19)) {
      backend.addDropout(y.matrix(), x.matrix(), mask);
      float[] in = x.toArray();
      float[] out = y.toArray();
      for (int i = 0; i < in.length; i++) {
        assertThat(out[i]).isEqualTo(kept[i] == 0f ? 0f : in[i] * mask.scale());
      }
      var weights = new Norm.Weights(gamma, beta, 1e-7f);
      backend.layerNorm(normed.matrix(), new Norm.Input(x.matrix(), null, mask), weights, null);
      backend.layerNorm(plain.matrix(), Norm.Input.of(y.matrix()), weights, null);
      assertThat(normed.toArray()).isEqualTo(plain.toArray());
    }
  }
}
