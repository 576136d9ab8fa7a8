package io.winnow.model.task.score;

import static io.winnow.model.task.score.NumberAnswer.FLEXIBLE;
import static io.winnow.model.task.score.NumberAnswer.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumberAnswerTest {

  @Test
  void strictTakesTheFirstMarkedNumber() {
    assertThat(STRICT.extract("so 5 + 5\n#### 10\n#### 11")).contains("10");
    assertThat(STRICT.extract("#### -1,234.5")).contains("-1,234.5");
    assertThat(STRICT.extract("####10")).isEmpty();
    assertThat(STRICT.extract("#### $10")).isEmpty();
  }

  @Test
  void flexibleTakesTheLastNumber() {
    assertThat(FLEXIBLE.extract("5 apples and $1,200.50 in all, 7 days.")).contains("7");
    assertThat(FLEXIBLE.extract("it costs $18.")).contains("$18.");
    assertThat(FLEXIBLE.extract("minus -3")).contains("-3");
    // two characters of punctuation look like a number too, as they do in the original
    assertThat(FLEXIBLE.extract("it is 18...")).contains("18...");
    assertThat(FLEXIBLE.extract("it is 18 ...")).contains("...");
    assertThat(FLEXIBLE.extract("none")).isEmpty();
  }

  @Test
  void matchesIgnoreCommasDollarsAndAFinalStop() {
    String reference = "She earns 2*9=<<2*9=18>>18 dollars.\n#### 1,018";
    assertThat(STRICT.exactMatch("#### 1018", reference)).isEqualTo(1);
    assertThat(STRICT.exactMatch("#### 1,018.\n", reference)).isEqualTo(1);
    assertThat(STRICT.exactMatch("the answer is 1018", reference)).isZero();
    assertThat(FLEXIBLE.exactMatch("the answer is $1,018.", reference)).isEqualTo(1);
    assertThat(FLEXIBLE.exactMatch("#### 1018", "1018")).isEqualTo(1);
  }

  @Test
  void valuesAreComparedAsText() {
    assertThat(STRICT.exactMatch("#### 18.0", "#### 18")).isZero();
    assertThat(FLEXIBLE.exactMatch("", "#### 18")).isZero();
    assertThat(FLEXIBLE.exactMatch("no number", "[invalid]")).isEqualTo(1);
  }
}
