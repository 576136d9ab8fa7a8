package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected values are worked out by hand from the definitions. */
class MetricsTest {
  // tp 2, fp 1, fn 1, tn 1
  private static final int[] PREDICTED = {1, 1, 1, 0, 0};
  private static final int[] ACTUAL = {1, 1, 0, 1, 0};

  @Test
  void accuracyIsTheShareOfRightOnes() {
    assertThat(Metrics.accuracy(PREDICTED, ACTUAL)).isEqualTo(0.6);
  }

  @Test
  void f1IsOfClassOne() {
    assertThat(Metrics.f1(PREDICTED, ACTUAL)).isEqualTo(4.0 / 6);
    assertThat(Metrics.f1(new int[] {0, 0}, new int[] {0, 0})).isZero();
    assertThat(Metrics.f1(new int[] {0, 0}, new int[] {1, 1})).isZero();
    assertThat(Metrics.f1(new int[] {2, 1}, new int[] {2, 1})).isEqualTo(1);
  }

  @Test
  void matthewsOfTwoClassesIsThePhiCoefficient() {
    // (2*1 - 1*1) / sqrt(3 * 3 * 2 * 2) = 1/6
    assertThat(Metrics.matthews(PREDICTED, ACTUAL)).isCloseTo(1.0 / 6, within(1e-15));
    assertThat(Metrics.matthews(new int[] {0, 1}, new int[] {1, 0})).isEqualTo(-1);
    assertThat(Metrics.matthews(ACTUAL, ACTUAL)).isCloseTo(1, within(1e-15));
  }

  @Test
  void matthewsIsZeroForASingleClass() {
    assertThat(Metrics.matthews(new int[] {1, 1, 1}, new int[] {1, 0, 1})).isZero();
    assertThat(Metrics.matthews(new int[] {1, 0, 1}, new int[] {0, 0, 0})).isZero();
  }

  @Test
  void matthewsTakesThreeClasses() {
    // claims (2,1,1), labels (1,2,1), 3 of 4 right: (3*4 - 5) / sqrt((16-6) * (16-6))
    assertThat(Metrics.matthews(new int[] {0, 0, 1, 2}, new int[] {0, 1, 1, 2}))
        .isCloseTo((3 * 4 - 5) / 10.0, within(1e-15));
    assertThat(Metrics.matthews(new int[] {0, 0, 1, 2}, new int[] {0, 1, 2, 1}))
        .isCloseTo((1 * 4 - 5) / 10.0, within(1e-15));
  }

  @Test
  void pearsonIsLinearCorrelation() {
    // dx (-1,0,1), dy (-4/3,-1/3,5/3): 3 / sqrt(2 * 42/9)
    float[] x = {1, 2, 3};
    float[] y = {1, 2, 4};
    assertThat(Metrics.pearson(x, y)).isCloseTo(3 / Math.sqrt(2 * 42.0 / 9), within(1e-12));
    assertThat(Metrics.pearson(x, new float[] {-2, -4, -6})).isCloseTo(-1, within(1e-12));
    assertThat(Metrics.pearson(x, new float[] {7, 7, 7})).isZero();
  }

  @Test
  void spearmanAveragesTiedRanks() {
    assertThat(Metrics.ranks(new float[] {10, 20, 20, 5, -0f, 0f}))
        .containsExactly(4, 5.5, 5.5, 3, 1.5, 1.5);
    // ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): 4.5 / sqrt(4.5 * 5)
    assertThat(Metrics.spearman(new float[] {1, 2, 2, 9}, new float[] {1, 2, 3, 4}))
        .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(1e-12));
    assertThat(Metrics.spearman(new float[] {1, 1000, 1e6f}, new float[] {3, 4, 5}))
        .isCloseTo(1, within(1e-12));
    assertThat(Metrics.spearman(new float[] {2, 2}, new float[] {3, 4})).isZero();
  }

  @Test
  void meanSquaredErrorIsMean() {
    assertThat(Metrics.meanSquaredError(new float[] {1, 2}, new float[] {0, 4})).isEqualTo(2.5);
  }

  @Test
  void nonFinitePredictionsEndAndGiveNoNumber() {
    float[] broken = {Float.NaN, Float.NaN, 1};
    assertThat(Metrics.pearson(broken, new float[] {1, 2, 3})).isNaN();
    assertThat(Metrics.ranks(broken)).containsExactly(2, 3, 1);
  }

  @Test
  void exactMatchIgnoresOnlySpaceAround() {
    assertThat(Metrics.exactMatch(List.of("a ", "B", ""), List.of("a", "b", " ")))
        .isEqualTo(2 / 3.0);
  }

  @Test
  void perplexityIsTheExponentialOfTheMeanLoss() {
    assertThat(Metrics.perplexity(3 * Math.log(7), 3)).isCloseTo(7, within(1e-12));
    assertThat(Metrics.perplexity(0, 5)).isEqualTo(1);
    assertThatThrownBy(() -> Metrics.perplexity(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void differentLengthsAreRefused() {
    assertThatThrownBy(() -> Metrics.accuracy(new int[2], new int[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 predictions for 3 labels");
    assertThatThrownBy(() -> Metrics.accuracy(new int[0], new int[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
