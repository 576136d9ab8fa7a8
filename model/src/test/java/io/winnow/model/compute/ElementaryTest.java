package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ElementaryTest {
  @Test
  void expIsWithinTwoUnitsInTheLastPlace() {
    for (float x = -87f; x < 88f; x += 0.0137f) {
      double exact = Math.exp((double) x);
      assertThat(Math.abs(Elementary.exp(x) - exact))
          .as("exp(%s)", x)
          .isLessThanOrEqualTo(2 * Math.ulp((float) exact));
    }
  }

  @Test
  void expOfARowHasTheBitsOfExp() {
    float[] x = Samples.values(1, 1003);
    float[] row = x.clone();
    Elementary.exp(row, new float[x.length], x.length);
    for (int i = 0; i < x.length; i++) {
      assertThat(row[i]).isEqualTo(Elementary.exp(x[i]));
    }
  }

  @Test
  void expKeepsNaNAndDoesNotOverflow() {
    assertThat(Elementary.exp(Float.NaN)).isNaN();
    assertThat(Elementary.exp(Float.POSITIVE_INFINITY)).isFinite();
    assertThat(Elementary.exp(Float.NEGATIVE_INFINITY)).isBetween(0f, 2e-38f);
  }

  @Test
  void tanhIsWithinTwoUnitsInTheLastPlace() {
    for (float x = -12f; x < 12f; x += 0.00091f) {
      double exact = StrictMath.tanh(x);
      assertThat(Math.abs(Elementary.tanh(x) - exact))
          .as("tanh(%s)", x)
          .isLessThanOrEqualTo(2 * Math.ulp((float) exact));
    }
    assertThat(Elementary.tanh(1e-20f)).isEqualTo(1e-20f);
    assertThat(Elementary.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Elementary.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
    assertThat(Elementary.tanh(Float.NaN)).isNaN();
  }

  /** exp's two units, one of the sum, one of the quotient. */
  @Test
  void sigmoidIsWithinFourUnitsInTheLastPlace() {
    for (float x = -87f; x < 87f; x += 0.0137f) {
      double exact = 1 / (1 + StrictMath.exp(-x));
      assertThat(Math.abs(Elementary.sigmoid(x) - exact))
          .as("sigmoid(%s)", x)
          .isLessThanOrEqualTo(4 * Math.ulp((float) exact));
    }
    assertThat(Elementary.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Elementary.sigmoid(Float.NEGATIVE_INFINITY)).isBetween(0f, 1e-37f);
    assertThat(Elementary.sigmoid(Float.NaN)).isNaN();
  }

  @Test
  void normalCdfIsExactToFloatPrecision() {
    for (float x = -9f; x < 9f; x += 0.00173f) {
      assertThat((double) Elementary.normalCdf(x))
          .as("Phi(%s)", x)
          .isBetween(Oracle.normalCdf(x) - 2e-7, Oracle.normalCdf(x) + 2e-7);
    }
    assertThat(Elementary.normalCdf(Float.NaN)).isNaN();
  }
}
