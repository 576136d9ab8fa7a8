package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A linear layer with a head against its formula in double, gradients by central differences. */
class LinearTest {
  private static final int ROWS = 5;
  private static final int IN = 7;
  private static final int OUT = 6;
  private static final int RANK = 3;
  private static final float SCALE = 1.5f;

  /** omega of the head, and the dropout on its input. */
  record Case(float omega, float dropout) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(0.8f, 0f), new Case(-1.3f, 0.3f), new Case(0f, 0f), new Case(0f, 0.3f));
  }

  private final float[] x = values(1, ROWS * IN);
  private final float[] w = values(2, OUT * IN);
  private final float[] bias = values(3, OUT);
  private final float[] a = values(4, RANK * IN);
  private final float[] b = values(5, OUT * RANK);
  private final float[] g = values(6, ROWS * OUT);

  private static float[] values(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = CounterHash.uniform(key, i) - 0.5f;
    }
    return values;
  }

  /** sum(g * y) in double, with one of the arguments replaced. */
  private double loss(double[] in, double[] weight, double[] lowA, double[] upB, double omega) {
    double sum = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int o = 0; o < OUT; o++) {
        double y = bias[o];
        for (int i = 0; i < IN; i++) {
          y += in[r * IN + i] * weight[o * IN + i];
        }
        for (int k = 0; k < RANK; k++) {
          double u = 0;
          for (int i = 0; i < IN; i++) {
            u += in[r * IN + i] * kept[r * IN + i] * lowA[k * IN + i];
          }
          y += omega * SCALE * u * upB[o * RANK + k];
        }
        sum += g[r * OUT + o] * y;
      }
    }
    return sum;
  }

  private float[] kept = new float[ROWS * IN];

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAndAllGradientsMatch(Case c) {
    var compute = Compute.with(new CpuBackend());
    var dropout = new Dropout("site", c.dropout);
    var pass = Pass.of(Pass.Mode.TRAIN, 11);
    try (Tensor in = Tensor.of(x, ROWS, IN);
        Tensor ones = Tensor.zeros(ROWS, IN);
        Tensor weight = Tensor.of(w, OUT, IN);
        Tensor offset = Tensor.of(bias, OUT);
        Tensor y = Tensor.zeros(ROWS, OUT);
        Tensor dy = Tensor.of(g, ROWS, OUT);
        Tensor dx = Tensor.zeros(ROWS, IN);
        var slot = new AdapterSlot(new LinearSite("linear", IN, OUT, 0));
        var weightParameter = new Parameter("weight", weight, 0);
        var biasParameter = new Parameter("bias", offset, 0)) {
      compute.backend().fill(ones.matrix(), 1f);
      compute.backend().dropout(ones.matrix(), ones.matrix(), dropout.mask(pass));
      kept = ones.toArray();
      weightParameter.train();
      biasParameter.train();
      slot.bind(new AdapterSlot.Values(RANK, SCALE, c.omega, a, b));
      var linear =
          new Linear(compute, new Linear.Weights(weightParameter, biasParameter, slot), dropout);
      linear.forward(pass, in.matrix(), y.matrix());
      assertThat(compute.backend().dot(y.matrix(), dy.matrix()))
          .isCloseTo(loss(d(x), d(w), d(a), d(b), c.omega), within(1e-5));
      linear.backward(pass, in.matrix(), dy.matrix());
      linear.setInputGradient(pass, dy.matrix(), dx.matrix());
      assertGradients(c, slot, weightParameter, biasParameter, dx.matrix());
      linear.addInputGradient(pass, dy.matrix(), dx.matrix());
      assertArray(dx.toArray(), gradient(v -> 2 * loss(v, d(w), d(a), d(b), c.omega), d(x)));
      compute.workspace().close();
    }
  }

  private void assertGradients(
      Case c, AdapterSlot slot, Parameter weight, Parameter offset, Matrix dx) {
    AdapterSlot.Gradient head = slot.gradient();
    assertArray(dx.toArray(), gradient(v -> loss(v, d(w), d(a), d(b), c.omega), d(x)));
    assertArray(
        weight.gradient().toArray(), gradient(v -> loss(d(x), v, d(a), d(b), c.omega), d(w)));
    assertArray(
        new float[] {head.omega()},
        gradient(v -> loss(d(x), d(w), d(a), d(b), v[0]), new double[] {c.omega}));
    double[] columns = new double[OUT];
    for (int i = 0; i < g.length; i++) {
      columns[i % OUT] += g[i];
    }
    assertArray(offset.gradient().toArray(), columns);
    if (c.omega == 0f) {
      assertThat(head.a()).isEmpty();
      assertThat(head.b()).isEmpty();
    } else {
      assertArray(head.a(), gradient(v -> loss(d(x), d(w), v, d(b), c.omega), d(a)));
      assertArray(head.b(), gradient(v -> loss(d(x), d(w), d(a), v, c.omega), d(b)));
    }
  }

  private static double[] gradient(java.util.function.ToDoubleFunction<double[]> f, double[] at) {
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double kept = at[i];
      at[i] = kept + 1e-4;
      double above = f.applyAsDouble(at);
      at[i] = kept - 1e-4;
      gradient[i] = (above - f.applyAsDouble(at)) / 2e-4;
      at[i] = kept;
    }
    return gradient;
  }

  private static double[] d(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  private static void assertArray(float[] got, double[] want) {
    assertThat(got).hasSize(want.length);
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i]).as("[%d]", i).isCloseTo(want[i], within(2e-5));
    }
  }
}
