package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@EnumSource(BackendKind.class)
class BackendProductTest {
  private static final List<Integer> SIZES = List.of(1, 3, 8, 33, 70);

  private final Backend backend;

  BackendProductTest(BackendKind kind) {
    this.backend = kind.create();
  }

  /** Extents, and which factors are transposed. */
  record Case(int m, int n, int k, boolean left, boolean right) {}

  static Stream<Case> cases() {
    return SIZES.stream()
        .flatMap(m -> SIZES.stream().flatMap(n -> SIZES.stream().flatMap(k -> forms(m, n, k))));
  }

  private static Stream<Case> forms(int m, int n, int k) {
    return Stream.of(
        new Case(m, n, k, false, false),
        new Case(m, n, k, false, true),
        new Case(m, n, k, true, false),
        new Case(m, n, k, true, true));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void productsOfRectanglesInsideTensorsMatch(Case c) {
    try (Tensor a = Samples.tensor(1, 80, 90);
        Tensor b = Samples.tensor(2, 80, 90);
        Tensor to = Samples.tensor(3, 80, 90)) {
      Matrix left = inside(a, c.left ? c.k : c.m, c.left ? c.m : c.k, c.left);
      Matrix right = inside(b, c.right ? c.n : c.k, c.right ? c.k : c.n, c.right);
      Matrix target = inside(to, c.m, c.n, false);
      float[] around = to.toArray();
      double[][] product = Oracle.product(Samples.doubles(left), Samples.doubles(right));

      backend.product(target, 0.5f, left, right);
      assertMatrix(target, product, 0.5);
      backend.addProduct(target, -2f, left, right);
      assertMatrix(target, product, -1.5);

      target.set(inside(Tensor.of(around, 80, 90), c.m, c.n, false).toArray());
      assertThat(to.toArray()).as("nothing outside is written").isEqualTo(around);
    }
  }

  private static Matrix inside(Tensor tensor, int rows, int columns, boolean transposed) {
    Matrix part = tensor.matrix().rows(2, rows).columns(5, columns);
    return transposed ? part.t() : part;
  }

  private static void assertMatrix(Matrix got, double[][] product, double factor) {
    float[] values = got.toArray();
    for (int i = 0; i < values.length; i++) {
      double want = factor * product[i / got.columns()][i % got.columns()];
      assertThat((double) values[i]).isCloseTo(want, within(2e-4));
    }
  }

  @Test
  void productsAreCounted() {
    try (Tensor a = Tensor.zeros(3, 5);
        Tensor b = Tensor.zeros(5, 7);
        Tensor c = Tensor.zeros(3, 7)) {
      backend.product(c.matrix(), 1f, a.matrix(), b.matrix());
      backend.addProduct(c.matrix(), 1f, a.matrix(), b.matrix());
      assertThat(backend.products().products()).isEqualTo(2);
      assertThat(backend.products().operations()).isEqualTo(2 * 2 * 3 * 5 * 7);
    }
  }

  @Test
  void productsThatDoNotFitAreRefusedWithTheirShapes() {
    try (Tensor a = Tensor.zeros(3, 5);
        Tensor c = Tensor.zeros(3, 7)) {
      assertThatThrownBy(() -> backend.product(c.matrix(), 1f, a.matrix(), a.matrix()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("[3, 7] = [3, 5] x [3, 5]");
    }
  }

  @Test
  void blasUsesOneThread() {
    assertThat(Blas.threads()).isEqualTo(1);
    assertThat(NumericsFingerprint.of(backend))
        .contains(backend.name() + " kernels=")
        .contains("threads=1");
    assertThat(NumericsFingerprint.of(backend)).isEqualTo(NumericsFingerprint.of(backend));
  }

  @Test
  void peakIsMeasured() {
    assertThat(GemmPeak.measure(0.05)).isGreaterThan(0.1);
  }
}
