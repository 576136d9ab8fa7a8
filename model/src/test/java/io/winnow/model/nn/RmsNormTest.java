package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Tensor;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An RMS norm against its formula in double, gradients by central differences. */
class RmsNormTest {
  private static final int ROWS = 3;
  private static final float EPSILON = 1e-5f;

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7, 33})
  void forwardAndAllGradientsMatch(int columns) {
    var compute = Compute.with(new CpuBackend());
    try (Tensor in = tensor(1, ROWS, columns);
        Tensor scale = tensor(2, columns);
        Tensor g = tensor(3, ROWS, columns);
        Tensor y = Tensor.zeros(ROWS, columns);
        var gamma = new Parameter("gamma", scale, 0)) {
      gamma.train();
      var norm = new RmsNorm(compute, gamma, EPSILON);
      double[] x = doubles(in.toArray());
      double[] weight = doubles(scale.toArray());
      double[] dy = doubles(g.toArray());
      var tape = new NormTape(compute.workspace()).of(ROWS, columns);
      norm.forward(in.matrix(), y.matrix(), tape);
      close(y.toArray(), normed(x, weight));
      norm.backward(g.matrix(), tape);
      ToDoubleFunction<double[]> loss = at -> dot(normed(x, weight), dy);
      close(g.toArray(), gradient(loss, x));
      close(gamma.gradient().toArray(), gradient(loss, weight));
      compute.workspace().close();
    }
  }

  private static double[] normed(double[] x, double[] gamma) {
    int n = gamma.length;
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += n) {
      double square = 0;
      for (int c = 0; c < n; c++) {
        square += x[row + c] * x[row + c] / n;
      }
      for (int c = 0; c < n; c++) {
        y[row + c] = x[row + c] / Math.sqrt(square + EPSILON) * gamma[c];
      }
    }
    return y;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static Tensor tensor(long key, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    float[] values = new float[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = CounterHash.uniform(key, i) + (i % 2 == 0 ? 0.2f : -1.2f);
    }
    tensor.set(values);
    return tensor;
  }

  private static double[] gradient(ToDoubleFunction<double[]> f, double[] at) {
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double kept = at[i];
      at[i] = kept + 1e-5;
      double above = f.applyAsDouble(at);
      at[i] = kept - 1e-5;
      gradient[i] = (above - f.applyAsDouble(at)) / 2e-5;
      at[i] = kept;
    }
    return gradient;
  }

  private static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  private static void close(float[] got, double[] want) {
    assertThat(got).hasSize(want.length);
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i]).as("[%d]", i).isCloseTo(want[i], within(2e-5));
    }
  }
}
