package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Row operations against their formulas in double; gradients against central differences. */
@ParameterizedClass
@EnumSource(BackendKind.class)
class BackendOracleTest {
  private static final float EPSILON = 1e-7f;

  private final Backend backend;

  BackendOracleTest(BackendKind kind) {
    this.backend = kind.create();
  }

  record Shape(int rows, int columns) {}

  static Stream<Shape> shapes() {
    return Stream.of(1, 2, 7, 16)
        .flatMap(rows -> Stream.of(2, 5, 8, 31, 64, 100).map(columns -> new Shape(rows, columns)));
  }

  private static void assertRow(Matrix got, int row, double[] want, double tolerance) {
    float[] values = got.rows(row, 1).toArray();
    for (int c = 0; c < want.length; c++) {
      assertThat((double) values[c]).as("[%d, %d]", row, c).isCloseTo(want[c], within(tolerance));
    }
  }

  /** A matrix that is part of a wider tensor, so that strides are exercised. */
  private static Matrix matrix(long key, Shape shape) {
    return Samples.tensor(key, shape.rows, shape.columns + 3).matrix().columns(2, shape.columns);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void elementwiseOperationsMatch(Shape shape) {
    Matrix x = matrix(1, shape);
    Matrix y = matrix(2, shape);
    double[][] dx = Samples.doubles(x);
    double[][] dy = Samples.doubles(y);
    backend.addScaled(y, 0.5f, x);
    backend.multiply(y, x);
    backend.add(y, x);
    for (int r = 0; r < shape.rows; r++) {
      double[] want = new double[shape.columns];
      for (int c = 0; c < shape.columns; c++) {
        want[c] = (dy[r][c] + 0.5 * dx[r][c]) * dx[r][c] + dx[r][c];
      }
      assertRow(y, r, want, 1e-5);
    }
    backend.copy(y, x);
    assertThat(y.toArray()).isEqualTo(x.toArray());
    backend.fill(y, 3f);
    assertThat(y.toArray()).containsOnly(3f);
    assertThat(backend.dot(x, y)).isCloseTo(3 * total(dx), within(1e-9));
  }

  private static double total(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).sum();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void biasAndItsGradientMatch(Shape shape) {
    Matrix x = matrix(1, shape);
    double[][] dx = Samples.doubles(x);
    try (Tensor bias = Samples.tensor(2, shape.columns)) {
      float[] start = bias.toArray();
      backend.addColumnSums(bias, x);
      double[] want = new double[shape.columns];
      for (int c = 0; c < shape.columns; c++) {
        want[c] = start[c];
        for (double[] row : dx) {
          want[c] += row[c];
        }
      }
      assertRow(bias.matrix(), 0, want, 1e-5);
      backend.fillRows(x, bias);
      assertRow(x, shape.rows - 1, want, 1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void layerNormAndItsGradientMatch(Shape shape) {
    Matrix x = matrix(1, shape);
    Matrix residual = matrix(2, shape);
    Matrix y = matrix(3, shape);
    Matrix g = matrix(4, shape);
    var tape = new Norm.Tape(matrix(5, shape), matrix(6, new Shape(shape.rows, 1)));
    try (Tensor gamma = Samples.tensor(7, shape.columns);
        Tensor beta = Samples.tensor(8, shape.columns);
        Tensor dGamma = Tensor.zeros(shape.columns)) {
      var weights = new Norm.Weights(gamma, beta, EPSILON);
      double[][] sum = Samples.doubles(x);
      double[][] added = Samples.doubles(residual);
      double[] scale = Samples.doubles(gamma.matrix())[0];
      double[] shift = Samples.doubles(beta.matrix())[0];
      double[][] dy = Samples.doubles(g);
      double[] gammaGradient = new double[shape.columns];
      backend.layerNorm(y, new Norm.Input(x, residual, DropMask.NONE), weights, tape);
      backend.addGammaGradient(dGamma, g, tape.normalized());
      backend.layerNormGradient(g, g, weights, tape);
      for (int r = 0; r < shape.rows; r++) {
        double[] in = sum[r];
        for (int c = 0; c < in.length; c++) {
          in[c] += added[r][c];
        }
        double[] weightsOfRow = dy[r];
        double[] want = affine(in, scale, shift);
        assertRow(y, r, want, 1e-4);
        double[] ds = Oracle.gradient(v -> weighted(affine(v, scale, shift), weightsOfRow), in);
        double largest = Arrays.stream(ds).map(Math::abs).max().orElse(0);
        assertRow(g, r, ds, 1e-4 + 1e-3 * largest);
        double[] normalized = Oracle.normalize(in, EPSILON);
        for (int c = 0; c < in.length; c++) {
          gammaGradient[c] += dy[r][c] * normalized[c];
        }
      }
      assertRow(dGamma.matrix(), 0, gammaGradient, 1e-3);
    }
  }

  private static double[] affine(double[] x, double[] scale, double[] shift) {
    double[] y = Oracle.normalize(x, EPSILON);
    for (int c = 0; c < y.length; c++) {
      y[c] = y[c] * scale[c] + shift[c];
    }
    return y;
  }

  private static double weighted(double[] y, double[] weights) {
    double sum = 0;
    for (int c = 0; c < y.length; c++) {
      sum += y[c] * weights[c];
    }
    return sum;
  }

  static List<Integer> lengths() {
    return List.of(1, 2, 5, 8, 13, 40);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void maskedSoftmaxAndItsGradientMatch(int length) {
    int[] tokens = new int[2 * length];
    Arrays.fill(tokens, 0, length, 1);
    Arrays.fill(tokens, length, length + (length + 1) / 2, 1);
    var mask = new PaddingMask(2, length, tokens);
    Matrix p = matrix(1, new Shape(2 * length, length));
    Matrix g = matrix(2, new Shape(2 * length, length));
    double[][] scores = Samples.doubles(p);
    double[][] dp = Samples.doubles(g);
    backend.maskedSoftmax(p, AttentionMask.bidirectional(mask));
    backend.softmaxGradient(g, p);
    for (int r = 0; r < 2 * length; r++) {
      boolean[] kept = new boolean[length];
      for (int j = 0; j < length; j++) {
        kept[j] = tokens[r / length * length + j] == 1;
      }
      double[] weights = dp[r];
      assertRow(p, r, Oracle.softmax(scores[r], kept), 1e-6);
      double[] want = Oracle.gradient(v -> weighted(Oracle.softmax(v, kept), weights), scores[r]);
      assertRow(g, r, want, 2e-6);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void relativeTermsAndTheirGradientsMatch(int length) {
    int range = Math.min(2 * length - 1, 9);
    int[] column = new int[2 * length - 1];
    for (int d = 0; d < column.length; d++) {
      column[d] = Math.min(d, range - 1);
    }
    var index = new RelativeIndex(length, range, column);
    Matrix s = matrix(1, new Shape(2 * length, length));
    Matrix c = matrix(2, new Shape(2 * length, range));
    Matrix p = matrix(3, new Shape(2 * length, range));
    double[][] want = Samples.doubles(s);
    double[][] byRow = Samples.doubles(c);
    double[][] byColumn = Samples.doubles(p);
    double[][] dc = new double[2 * length][range];
    double[][] dp = new double[2 * length][range];
    for (int r = 0; r < 2 * length; r++) {
      int example = r / length * length;
      for (int j = 0; j < length; j++) {
        int at = column[r - example - j + length - 1];
        dc[r][at] += want[r][j];
        dp[example + j][at] += want[r][j];
        want[r][j] += byRow[r][at] + byColumn[example + j][at];
      }
    }
    Matrix gradientC = matrix(4, new Shape(2 * length, range));
    Matrix gradientP = matrix(5, new Shape(2 * length, range));
    backend.relativeGradient(s, gradientC, gradientP, index);
    backend.addRelative(s, c, p, index);
    for (int r = 0; r < 2 * length; r++) {
      assertRow(s, r, want[r], 1e-5);
      assertRow(gradientC, r, dc[r], 1e-4);
      assertRow(gradientP, r, dp[r], 1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void gatherAndScatterMatch(Shape shape) {
    try (Tensor table = Samples.tensor(1, 5, shape.columns);
        Tensor gradient = Tensor.zeros(5, shape.columns)) {
      int[] ids = new int[shape.rows];
      double[][] sums = new double[5][shape.columns];
      Matrix y = matrix(2, shape);
      for (int r = 0; r < shape.rows; r++) {
        ids[r] = (int) CounterHash.below(3, r, 5);
      }
      backend.gather(y, table.matrix(), ids);
      for (int r = 0; r < shape.rows; r++) {
        double[] row = Samples.doubles(table.matrix())[ids[r]];
        assertRow(y, r, row, 0);
        for (int c = 0; c < shape.columns; c++) {
          sums[ids[r]][c] += row[c];
        }
      }
      backend.scatterAdd(gradient.matrix(), ids, y);
      for (int id = 0; id < 5; id++) {
        assertRow(gradient.matrix(), id, sums[id], 1e-5);
      }
      int[] mask = new int[shape.rows];
      mask[0] = 1;
      float[] first = y.rows(0, 1).toArray();
      backend.clearPadding(y, new PaddingMask(1, shape.rows, mask));
      assertThat(y.rows(0, 1).toArray()).isEqualTo(first);
      for (int r = 1; r < shape.rows; r++) {
        assertThat(y.rows(r, 1).toArray()).containsOnly(0f);
      }
    }
  }
}
