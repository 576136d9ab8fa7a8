package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Activations, RMS norm and cross-entropy against their formulas in double, and their gradients
 * against central differences of those.
 */
@ParameterizedClass
@EnumSource(BackendKind.class)
class RowOracleTest {
  private static final float EPSILON = 1e-5f;

  private final Backend backend;

  RowOracleTest(BackendKind kind) {
    this.backend = kind.create();
  }

  record Shape(int rows, int columns) {}

  static Stream<Shape> shapes() {
    return Stream.of(1, 2, 7)
        .flatMap(rows -> Stream.of(1, 5, 8, 31, 100).map(columns -> new Shape(rows, columns)));
  }

  static Stream<Arguments> activations() {
    return Arrays.stream(Activation.values())
        .flatMap(f -> shapes().map(shape -> Arguments.of(f, shape)));
  }

  /** Part of a wider tensor, so that strides are exercised. */
  private static Matrix matrix(long key, Shape shape) {
    return Samples.tensor(key, shape.rows, shape.columns + 3).matrix().columns(2, shape.columns);
  }

  private static void assertRow(Matrix got, int row, double[] want, double tolerance) {
    double[] values = Samples.doubles(got.rows(row, 1))[0];
    assertThat(values).as("row %d", row).containsExactly(want, within(tolerance));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void activationsAndTheirDerivativesMatch(Activation f, Shape shape) {
    Matrix x = matrix(1, shape);
    backend.addScaled(x, 1.5f, matrix(1, shape)); // up to 5
    Matrix y = matrix(2, shape);
    Matrix slope = matrix(3, shape);
    double[][] in = Samples.doubles(x);
    backend.activate(f, y, slope, x);
    for (int r = 0; r < shape.rows; r++) {
      double[] value = Arrays.stream(in[r]).map(v -> Oracle.activation(f, v)).toArray();
      double[] derivative =
          Oracle.gradient(v -> Arrays.stream(v).map(a -> Oracle.activation(f, a)).sum(), in[r]);
      assertRow(y, r, value, 1e-6);
      assertRow(slope, r, derivative, 2e-6);
    }
    float[] withDerivative = y.toArray();
    backend.activate(f, y, null, x);
    assertThat(y.toArray()).isEqualTo(withDerivative);
    backend.activate(f, x, null, x);
    assertThat(x.toArray()).as("in place").isEqualTo(withDerivative);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void farValuesDoNotOverflowAndNaNIsKept(Activation f) {
    float[] far = {-200f, -30f, 0f, 30f, 200f, Float.NaN};
    try (Tensor x = Tensor.of(far, 1, 6);
        Tensor slope = Tensor.zeros(1, 6)) {
      backend.activate(f, x.matrix(), slope.matrix(), x.matrix());
      float top = f == Activation.TANH ? 1f : 200f;
      assertThat(x.toArray()[0]).isCloseTo(f == Activation.TANH ? -1f : 0f, within(1e-6f));
      assertThat(x.toArray()[2]).isZero();
      assertThat(x.toArray()[4]).isCloseTo(top, within(1e-4f));
      assertThat(x.toArray()[5]).isNaN();
      assertThat(slope.toArray()[0]).isCloseTo(0f, within(1e-6f));
      assertThat(slope.toArray()[4]).isCloseTo(f == Activation.TANH ? 0f : 1f, within(1e-6f));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void rmsNormAndItsGradientMatch(Shape shape) {
    Matrix x = matrix(1, shape);
    Matrix y = matrix(3, shape);
    Matrix g = matrix(4, shape);
    var tape = new Norm.Tape(matrix(5, shape), matrix(6, new Shape(shape.rows, 1)));
    try (Tensor gamma = Samples.tensor(7, shape.columns)) {
      var weights = new Norm.Rms(gamma, EPSILON);
      double[] scale = Samples.doubles(gamma.matrix())[0];
      double[][] in = Samples.doubles(x);
      double[][] dy = Samples.doubles(g);
      backend.rmsNorm(y, x, weights, tape);
      float[] withTape = y.toArray();
      backend.rmsNorm(y, x, weights, null);
      assertThat(y.toArray()).isEqualTo(withTape);
      backend.rmsNormGradient(g, g, weights, tape);
      for (int r = 0; r < shape.rows; r++) {
        double[] weightsOfRow = dy[r];
        assertRow(y, r, scaled(in[r], scale), 1e-5);
        assertRow(tape.normalized(), r, Oracle.normalizeRms(in[r], EPSILON), 1e-5);
        double[] dx = Oracle.gradient(v -> weighted(scaled(v, scale), weightsOfRow), in[r]);
        double largest = Arrays.stream(dx).map(Math::abs).max().orElse(0);
        assertRow(g, r, dx, 1e-5 + 1e-4 * largest);
      }
    }
  }

  private static double[] scaled(double[] x, double[] scale) {
    double[] y = Oracle.normalizeRms(x, EPSILON);
    Arrays.setAll(y, c -> y[c] * scale[c]);
    return y;
  }

  private static double weighted(double[] y, double[] weights) {
    return IntStream.range(0, y.length).mapToDouble(c -> y[c] * weights[c]).sum();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void crossEntropyAndItsGradientMatch(Shape shape) {
    Matrix z = matrix(1, shape);
    int[] labels = new int[shape.rows];
    Arrays.setAll(labels, r -> (int) CounterHash.below(2, r, shape.columns + 1) - 1);
    double[][] in = Samples.doubles(z);
    double[] losses = new double[shape.rows];
    Arrays.fill(losses, 7);
    float factor = 0.25f;
    backend.crossEntropy(z, labels, factor, losses);
    for (int r = 0; r < shape.rows; r++) {
      int label = labels[r];
      if (label < 0) {
        assertThat(losses[r]).isZero();
        assertRow(z, r, new double[shape.columns], 0);
      } else {
        assertThat(losses[r]).isCloseTo(Oracle.crossEntropy(in[r], label), within(1e-6));
        assertRow(z, r, Oracle.gradient(v -> factor * Oracle.crossEntropy(v, label), in[r]), 1e-7);
      }
    }
  }

  @Test
  void largeLogitsGiveFiniteLossesAndIgnoredRowsAreNotRead() {
    float nan = Float.NaN;
    float[] logits = {3e4f, -3e4f, 0f, nan, nan, nan, -3e4f, 3e4f, 2.9999e4f};
    double[] losses = new double[3];
    try (Tensor z = Tensor.of(logits, 3, 3)) {
      backend.crossEntropy(z.matrix(), new int[] {1, -1, 2}, 1f, losses);
      assertThat(losses[0]).isEqualTo(6e4);
      assertThat(losses[1]).isZero();
      assertThat(losses[2]).isCloseTo(1 + Math.log1p(Math.exp(-1)), within(1e-6));
      float[] gradient = z.toArray();
      assertThat(gradient).startsWith(1f, -1f);
      assertThat(gradient[2]).isBetween(0f, 2 * Float.MIN_NORMAL); // exp is clamped there
      assertThat(Arrays.copyOfRange(gradient, 3, 6)).containsOnly(0f);
    }
  }

  @Test
  void repeatedIdsAddUp() {
    try (Tensor y = Samples.tensor(1, 6, 5);
        Tensor table = Tensor.zeros(4, 8)) {
      Matrix part = table.matrix().columns(1, 5);
      int[] ids = {2, 0, 2, 2, 3, 0};
      backend.scatterAdd(part, ids, y.matrix());
      double[][] rows = Samples.doubles(y.matrix());
      double[][] want = new double[4][5];
      for (int r = 0; r < ids.length; r++) {
        for (int c = 0; c < 5; c++) {
          want[ids[r]][c] += rows[r][c];
        }
      }
      for (int id = 0; id < want.length; id++) {
        assertRow(part, id, want[id], 1e-6);
      }
    }
  }
}
