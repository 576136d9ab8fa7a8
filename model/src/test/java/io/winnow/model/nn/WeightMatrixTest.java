package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Bf16Tensor;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with a matrix in bfloat16 against those with its widened copy. */
class WeightMatrixTest {
  private static final int ROWS = 33;

  private static Tensor tensor(long key, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    float[] values = new float[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = CounterHash.uniform(key, i) - 0.5f;
    }
    tensor.set(values);
    return tensor;
  }

  private static Bf16Tensor rounded(int out, int in) {
    Bf16Tensor halves = Bf16Tensor.zeros(out, in);
    try (Tensor values = tensor(1, out, in)) {
      halves.write(0, values.toArray(), values.size());
    }
    return halves;
  }

  /** One block, and several with a smaller last one. */
  @ParameterizedTest
  @CsvSource({"50, 64", "768, 3072", "9000, 1000"})
  void productsMatchThoseOfTheWidenedCopy(int out, int in) {
    boolean isOneBlock = (long) out * in <= WeightMatrix.BLOCK;
    var compute = Compute.with(new CpuBackend());
    try (Bf16Tensor halves = rounded(out, in);
        Tensor whole = Tensor.of(halves.toArray(), out, in);
        Tensor x = tensor(2, ROWS, in);
        Tensor g = tensor(3, ROWS, out);
        Tensor y = tensor(4, ROWS, out);
        Tensor want = tensor(4, ROWS, out);
        Tensor dx = tensor(5, ROWS, in);
        Tensor wantDx = tensor(5, ROWS, in)) {
      var narrow = new WeightMatrix(compute, new Parameter("w", halves, 0));
      var wide = new WeightMatrix(compute, new Parameter("w", whole, 0));
      narrow.addForward(x.matrix(), y.matrix());
      wide.addForward(x.matrix(), want.matrix());
      assertSums(y.toArray(), want.toArray(), isOneBlock);
      narrow.setForward(x.matrix(), y.matrix());
      wide.setForward(x.matrix(), want.matrix());
      assertSums(y.toArray(), want.toArray(), isOneBlock);
      narrow.addBackward(g.matrix(), dx.matrix());
      wide.addBackward(g.matrix(), wantDx.matrix());
      assertSums(dx.toArray(), wantDx.toArray(), isOneBlock);
      narrow.setBackward(g.matrix(), dx.matrix());
      wide.setBackward(g.matrix(), wantDx.matrix());
      assertSums(dx.toArray(), wantDx.toArray(), isOneBlock);
      compute.workspace().close();
    }
  }

  /** OpenBLAS sums in another order where a matrix comes in several blocks. */
  private static void assertSums(float[] got, float[] want, boolean isOneBlock) {
    if (isOneBlock) {
      assertThat(Arrays.equals(got, want)).isTrue();
      return;
    }
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i]).isCloseTo(want[i], within(1e-4));
    }
  }

  @Test
  void memoryForWideningIsOneBlockForAllMatrices() {
    var compute = Compute.with(new CpuBackend());
    try (Bf16Tensor halves = rounded(9000, 1000);
        Bf16Tensor other = rounded(8000, 1000);
        Tensor x = tensor(2, 2, 1000);
        Tensor y = Tensor.zeros(2, 9000)) {
      long before = Tensor.liveBytes();
      for (Bf16Tensor one : new Bf16Tensor[] {halves, other}) {
        Matrix out = y.matrix().columns(0, one.shape()[0]);
        new WeightMatrix(compute, new Parameter("w", one, 0)).setForward(x.matrix(), out);
      }
      assertThat(Tensor.liveBytes() - before).isPositive().isLessThanOrEqualTo(16 << 20);
      compute.workspace().close();
    }
  }

  @Test
  void rowsOfATableAreThoseAskedFor() {
    var compute = Compute.with(new CpuBackend());
    try (Bf16Tensor halves = rounded(20, 6);
        Tensor y = Tensor.zeros(3, 6);
        var parameter = new Parameter("table", halves, 0)) {
      parameter.gather(compute.backend(), new int[] {4, 19, 4}, y.matrix());
      float[] all = halves.toArray();
      for (int c = 0; c < 6; c++) {
        assertThat(y.toArray()[c]).isEqualTo(all[4 * 6 + c]);
        assertThat(y.toArray()[6 + c]).isEqualTo(all[19 * 6 + c]);
        assertThat(y.toArray()[12 + c]).isEqualTo(all[4 * 6 + c]);
      }
      parameter.train();
      assertThat(parameter.values().toArray()).isEqualTo(all);
      parameter.set(new float[120]);
      parameter.gather(compute.backend(), new int[] {4, 19, 4}, y.matrix());
      assertThat(y.toArray()).containsOnly(0f);
    }
  }
}
