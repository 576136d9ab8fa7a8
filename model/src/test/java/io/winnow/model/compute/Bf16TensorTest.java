package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Bf16TensorTest {
  private static float rounded(float value) {
    try (var tensor = Bf16Tensor.zeros(1, 1)) {
      tensor.write(0, new float[] {value}, 1);
      return tensor.toArray()[0];
    }
  }

  @Test
  void roundsToTheNearestAndTiesToEven() {
    assertThat(rounded(1f)).isEqualTo(1f);
    assertThat(rounded(1f + 0x1p-8f)).isEqualTo(1f); // a tie, down to even
    assertThat(rounded(1f + 0x3p-8f)).isEqualTo(1f + 0x1p-6f); // a tie, up to even
    assertThat(rounded(1f + 0x1p-8f + 0x1p-20f)).isEqualTo(1f + 0x1p-7f);
    assertThat(rounded(-1f - 0x1p-8f)).isEqualTo(-1f);
    assertThat(rounded(-0f)).isEqualTo(-0f);
    assertThat(rounded(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(rounded(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(rounded(Float.NaN)).isNaN();
    assertThat(rounded(Float.intBitsToFloat(0x7f800001))).isNaN();
  }

  @Test
  void everyBfloat16ComesBack() {
    float[] all = new float[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.intBitsToFloat(i << 16);
    }
    try (var tensor = Bf16Tensor.zeros(256, 256);
        Tensor wide = Tensor.zeros(256, 256)) {
      tensor.write(0, all, all.length);
      assertSame(tensor.toArray());
      new CpuBackend().widen(wide.matrix(), tensor, 0);
      assertSame(wide.toArray());
    }
  }

  private static void assertSame(float[] back) {
    for (int i = 0; i < back.length; i++) {
      if (Float.isNaN(Float.intBitsToFloat(i << 16))) {
        assertThat(back[i]).isNaN();
      } else {
        assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(i << 16);
      }
    }
  }

  @Test
  void rowsAreWidenedWhereTheyAreAskedFor() {
    long before = Tensor.liveBytes();
    var backend = new CpuBackend();
    int columns = 37;
    try (var tensor = Bf16Tensor.zeros(300, columns);
        Tensor into = Tensor.zeros(250, columns + 5)) {
      assertThat(tensor.bytes()).isEqualTo(2L * 300 * columns);
      float[] values = new float[300 * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 251;
      }
      tensor.write(0, values, values.length);
      Matrix y = into.matrix().columns(3, columns);
      backend.widen(y, tensor, 50);
      float[] got = y.toArray();
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).isEqualTo(values[50 * columns + i]);
      }
      assertThat(into.toArray()[0]).isZero();
      assertThat(Tensor.liveBytes() - before).isEqualTo(tensor.bytes() + into.bytes());
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }
}
