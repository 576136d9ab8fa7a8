package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** AdaLoRA's parts against its equations and finite differences. */
class AdaLoraTest {
  private static final HeadSize SIZE = new HeadSize(3, 5, 4);

  private static Triplets triplets() {
    return new Triplets(
        SIZE, SmallLayer.values(1, 12), SmallLayer.values(2, 3), SmallLayer.values(3, 15));
  }

  /** Sum of (B A) * C for a fixed C: linear in the increment, so its gradient is C. */
  private static double loss(Triplets t) {
    double sum = 0;
    for (int i = 0; i < 20; i++) {
      for (int k = 0; k < 3; k++) {
        sum += (double) t.b()[i / 5 * 3 + k] * t.a()[k * 5 + i % 5] * c()[i];
      }
    }
    return sum;
  }

  private static float[] c() {
    return SmallLayer.values(4, 20);
  }

  private static Triplets.Gradient gradient(Triplets t) {
    float[] dA = new float[15];
    float[] dB = new float[12];
    for (int i = 0; i < 20; i++) {
      for (int k = 0; k < 3; k++) {
        dA[k * 5 + i % 5] += t.b()[i / 5 * 3 + k] * c()[i];
        dB[i / 5 * 3 + k] += t.a()[k * 5 + i % 5] * c()[i];
      }
    }
    return t.gradient(dA, dB);
  }

  private static float[] moved(float[] values, int i, float by) {
    float[] moved = values.clone();
    moved[i] += by;
    return moved;
  }

  @Test
  void gradientOfTheTripletsIsThatOfFiniteDifferences() {
    Triplets t = triplets();
    Triplets.Gradient g = gradient(t);
    float h = 1f / 128;
    for (int i = 0; i < 12; i++) {
      double up = loss(new Triplets(SIZE, moved(t.p(), i, h), t.lambda(), t.q()));
      double down = loss(new Triplets(SIZE, moved(t.p(), i, -h), t.lambda(), t.q()));
      assertThat((double) g.p()[i]).isCloseTo((up - down) / (2 * h), within(1e-5));
    }
    for (int i = 0; i < 3; i++) {
      double up = loss(new Triplets(SIZE, t.p(), moved(t.lambda(), i, h), t.q()));
      double down = loss(new Triplets(SIZE, t.p(), moved(t.lambda(), i, -h), t.q()));
      assertThat((double) g.lambda()[i]).isCloseTo((up - down) / (2 * h), within(1e-5));
    }
    for (int i = 0; i < 15; i++) {
      double up = loss(new Triplets(SIZE, t.p(), t.lambda(), moved(t.q(), i, h)));
      double down = loss(new Triplets(SIZE, t.p(), t.lambda(), moved(t.q(), i, -h)));
      assertThat((double) g.q()[i]).isCloseTo((up - down) / (2 * h), within(1e-5));
    }
  }

  @Test
  void aMaskedTripletMayComeBack() {
    Triplets masked = triplets().keeping(new boolean[] {true, false, true});
    Triplets.Gradient g = gradient(masked);

    assertThat(masked.lambda()[1]).isZero();
    assertThat(g.lambda()[1]).isNotZero().isEqualTo(gradient(triplets()).lambda()[1]);
    for (int row = 0; row < 4; row++) {
      assertThat(g.p()[row * 3 + 1]).isZero();
    }
  }

  @Test
  void importanceFollowsItsEquations() {
    float[] w = {2, -1};
    Importance.Smoothing smoothing = new Importance.Smoothing(0.5f, 0.75f);
    Importance once = Importance.zero(2).after(w, new float[] {3, 4}, smoothing);
    Importance twice = once.after(w, new float[] {-1, 0}, smoothing);

    assertThat(once.mean()).containsExactly(3, 2);
    assertThat(once.spread()).containsExactly(0.75f, 0.5f);
    assertThat(twice.mean()).containsExactly(2.5f, 1);
    assertThat(twice.spread()).containsExactly(0.6875f, 0.625f);
    assertThat(twice.score(0)).isEqualTo(2.5 * 0.6875);
    assertThat(once.after(w, new float[0], smoothing).mean()).containsExactly(1.5f, 1);
  }

  @Test
  void aTripletsScoreIsLambdasPlusTheMeansOfItsVectors() {
    Importance p = scored(8); // [4, 2]
    Importance lambda = scored(2);
    Importance q = scored(6); // [2, 3]
    double[] scores = Importance.ofTriplets(new HeadSize(2, 3, 4), p, lambda, q);

    assertThat(scores[0]).isEqualTo(0 + (0 + 2 + 4 + 6) / 4.0 + (0 + 1 + 2) / 3.0);
    assertThat(scores[1]).isEqualTo(1 + (1 + 3 + 5 + 7) / 4.0 + (3 + 4 + 5) / 3.0);
  }

  /** Scores 0, 1, 2, ... */
  private static Importance scored(int n) {
    float[] mean = new float[n];
    float[] one = new float[n];
    for (int i = 0; i < n; i++) {
      mean[i] = i;
      one[i] = 1;
    }
    return new Importance(mean, one);
  }

  @Test
  void budgetFallsWithTheThirdPower() {
    TripletBudget budget = new TripletBudget(100, 20, 10, 30, 5, 120);

    assertThat(IntStream.of(1, 10, 50, 90, 91, 120).map(budget::at))
        .containsExactly(100, 100, 30, 20, 20, 20);
    assertThat(IntStream.rangeClosed(1, 120).map(budget::at).boxed())
        .isSortedAccordingTo((a, b) -> b - a);
    assertThat(IntStream.of(5, 10, 14, 15, 90, 91, 92).mapToObj(budget::isDue))
        .containsExactly(false, false, false, true, true, true, true);
    assertThatThrownBy(() -> new TripletBudget(10, 20, 0, 0, 1, 9))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void orthogonalityPullsTowardsTheIdentity() {
    check(Orthogonality.ofP(SIZE), SmallLayer.values(1, 12));
    check(Orthogonality.ofQ(SIZE), SmallLayer.values(3, 15));
  }

  private static void check(Orthogonality of, float[] values) {
    double gamma = 0.25;
    float[] zero = new float[values.length];
    float[] g = of.addGradient(values, zero, gamma);
    float h = 1f / 256;
    for (int i = 0; i < values.length; i++) {
      double up = of.penalty(moved(values, i, h));
      double down = of.penalty(moved(values, i, -h));
      // the penalty is of degree 4: the difference is off by h^2 times a third derivative <= 24
      assertThat((double) g[i]).isCloseTo(gamma * (up - down) / (2 * h), within(1e-4));
    }
  }

  @Test
  void orthonormalVectorsAreLeftAlone() {
    double[] matrix = new double[15];
    for (int i = 0; i < 15; i++) {
      matrix[i] = SmallLayer.values(9, 15)[i];
    }
    double[] q = ThinQr.of(matrix, 5, 3).q();
    float[] p = new float[15];
    for (int i = 0; i < 15; i++) {
      p[i] = (float) q[i];
    }
    assertThat(Orthogonality.ofP(new HeadSize(3, 7, 5)).penalty(p)).isLessThan(1e-12);
  }
}
