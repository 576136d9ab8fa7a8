package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {
  /** Two-sided values as tables of the distribution have them. */
  @ParameterizedTest
  @CsvSource({
    "0.95, 1, 12.7062", "0.95, 2, 4.3027", "0.95, 3, 3.1824", "0.95, 4, 2.7764",
    "0.95, 5, 2.5706", "0.95, 9, 2.2622", "0.95, 10, 2.2281", "0.95, 29, 2.0452",
    "0.95, 30, 2.0423", "0.95, 120, 1.9799", "0.99, 1, 63.6567", "0.99, 4, 4.6041",
    "0.90, 2, 2.9200", "0.50, 7, 0.7111"
  })
  void quantilesAreThoseOfTheTables(double confidence, int degrees, double expected) {
    assertThat(StudentT.twoSided(confidence, degrees)).isCloseTo(expected, within(5e-5));
  }

  /** v = 1 is Cauchy: P(|T| <= t) = 2 atan(t) / pi; v = 2: t / sqrt(2 + t^2). */
  @Test
  void closedFormsOfOneAndTwoDegreesHold() {
    for (double t : new double[] {0, 1e-3, 0.1, 1, 2.5, 30, 1e4}) {
      assertThat(StudentT.inside(t, 1)).isCloseTo(2 * Math.atan(t) / Math.PI, within(1e-13));
      assertThat(StudentT.inside(t, 2)).isCloseTo(t / Math.sqrt(2 + t * t), within(1e-13));
    }
  }

  @Test
  void whatIsNoConfidenceIsRefused() {
    assertThatThrownBy(() -> StudentT.twoSided(1, 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StudentT.twoSided(0.95, 0)).hasMessageContaining("degrees 0");
  }

  @Test
  void spreadIsMeanAndSampleDeviationWithItsInterval() {
    Spread spread = Spread.of(0.91, 0.89, 0.93);

    assertThat(spread.mean()).isCloseTo(0.91, within(1e-15));
    assertThat(spread.deviation()).isCloseTo(0.02, within(1e-15));
    assertThat(spread.halfInterval()).isCloseTo(4.302653 * 0.02 / Math.sqrt(3), within(1e-8));
    assertThat(Spread.of(0.5)).isEqualTo(new Spread(1, 0.5, Double.NaN));
    assertThat(Spread.of(0.5).halfInterval()).isNaN();
  }
}
