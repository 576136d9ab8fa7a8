package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The convolution against its formula in double, gradients by central differences. */
class ConvolutionTest {
  private static final int HIDDEN = 4;
  private static final int LENGTH = 3;
  private static final int ROWS = 2 * LENGTH;
  private static final float EPSILON = 0.1f; // keeps slopes moderate at this width
  private static final PaddingMask MASK = new PaddingMask(2, LENGTH, new int[] {1, 1, 1, 1, 1, 0});

  record Case(int kernel, int groups, Activation activation, float dropout) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(1, 1, Activation.TANH, 0f),
        new Case(3, 1, Activation.TANH, 0f),
        new Case(3, 1, Activation.SILU, 0.3f),
        new Case(5, 2, Activation.SILU, 0f),
        new Case(9, 4, Activation.TANH, 0f)); // reaches beyond both ends of every example
  }

  private final Compute compute = Compute.with(new CpuBackend());
  private final Slopes at = new Slopes();
  private float[] kept = new float[ROWS * HIDDEN];

  /** sum(g y). */
  private double loss(Slopes s, Case c) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] y = MASK.isToken(row) ? normalized(s, c, row) : new double[HIDDEN];
      for (int o = 0; o < HIDDEN; o++) {
        sum += s.get("g")[row * HIDDEN + o] * y[o];
      }
    }
    return sum;
  }

  private double[] normalized(Slopes s, Case c, int row) {
    double[] z = new double[HIDDEN];
    double mean = 0;
    for (int o = 0; o < HIDDEN; o++) {
      double dropped = convolved(s, c, row, o) * kept[row * HIDDEN + o];
      double active =
          c.activation == Activation.TANH ? Math.tanh(dropped) : dropped / (1 + Math.exp(-dropped));
      z[o] = s.get("residual")[row * HIDDEN + o] + active;
      mean += z[o] / HIDDEN;
    }
    double variance = 0;
    for (double value : z) {
      variance += (value - mean) * (value - mean) / HIDDEN;
    }
    for (int o = 0; o < HIDDEN; o++) {
      double n = (z[o] - mean) / Math.sqrt(variance + EPSILON);
      z[o] = n * s.get("gamma")[o] + s.get("beta")[o];
    }
    return z;
  }

  /** As in PyTorch: weight [out, in / groups, kernel], zeros outside the example. */
  private double convolved(Slopes s, Case c, int row, int o) {
    int width = HIDDEN / c.groups;
    int group = o / width;
    double sum = s.get("bias")[o];
    for (int t = 0; t < c.kernel; t++) {
      int column = row % LENGTH + t - c.kernel / 2;
      for (int i = 0; i < width && column >= 0 && column < LENGTH; i++) {
        int from = (row - row % LENGTH + column) * HIDDEN + group * width + i;
        sum += s.get("x")[from] * s.get("weight")[(o * width + i) * c.kernel + t];
      }
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAndAllGradientsMatch(Case c) {
    var dropout = new Dropout("site", c.dropout);
    var pass = Pass.of(Pass.Mode.TRAIN, 11);
    int width = HIDDEN / c.groups;
    try (Tensor x = Tensor.of(at.add("x", ROWS * HIDDEN, 2), ROWS, HIDDEN);
        Tensor residual = Tensor.of(at.add("residual", ROWS * HIDDEN, 2), ROWS, HIDDEN);
        Tensor g = Tensor.of(at.add("g", ROWS * HIDDEN, 1), ROWS, HIDDEN);
        Tensor dx = Tensor.zeros(ROWS, HIDDEN);
        var weight = trained("weight", HIDDEN, width, c.kernel);
        var bias = trained("bias", HIDDEN);
        var gamma = trained("gamma", HIDDEN);
        var beta = trained("beta", HIDDEN)) {
      drop(dropout, pass);
      var norm = new LayerNorm(compute, gamma, beta, EPSILON);
      var convolution =
          new Convolution(
              compute,
              new Convolution.Layers(weight, bias, norm, dropout),
              new Convolution.Shape(HIDDEN, c.kernel, c.groups, c.activation));
      Matrix y = convolution.forward(pass, x.matrix(), residual.matrix(), MASK);
      assertThat(compute.backend().dot(y, g.matrix())).isCloseTo(loss(at, c), within(1e-5));
      var flow = new Convolution.Flow(g.matrix(), dx.matrix());
      convolution.backward(pass, x.matrix(), MASK, flow);
      at.check("x", dx.toArray(), s -> loss(s, c));
      at.check("residual", g.toArray(), s -> loss(s, c));
      for (Parameter p : new Parameter[] {weight, bias, gamma, beta}) {
        at.check(p.name(), p.gradient().toArray(), s -> loss(s, c));
      }
      compute.workspace().close();
    }
  }

  private void drop(Dropout dropout, Pass pass) {
    try (Tensor ones = Tensor.zeros(ROWS, HIDDEN)) {
      compute.backend().fill(ones.matrix(), 1f);
      compute.backend().dropout(ones.matrix(), ones.matrix(), dropout.mask(pass));
      kept = ones.toArray();
    }
  }

  private Parameter trained(String name, int... shape) {
    int size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    var parameter = new Parameter(name, Tensor.of(at.add(name, size, 2), shape), 0);
    parameter.train();
    return parameter;
  }

  @Test
  void shapesThatDoNotFitAreBugs() {
    assertThatThrownBy(() -> new Convolution.Shape(4, 2, 1, Activation.TANH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no convolution of 2 tokens in 1 groups of 4");
  }
}
