package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.task.score.SquadText.Version;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

class SquadTextTest {

  @Example
  void normalisationDropsCasePunctuationArticlesAndSpaces() {
    assertThat(SquadText.normalise("The  Cat's\u00a0(big)\tHat!")).isEqualTo("cats big hat");
    assertThat(SquadText.normalise("An apple a day, the end")).isEqualTo("apple day end");
    // an article is a whole word: of letters, digits and the underscore
    assertThat(SquadText.normalise("theatre a1 \u00e9a Anna")).isEqualTo("theatre a1 \u00e9a anna");
    // punctuation goes first and may join words; dashes of Unicode stay
    assertThat(SquadText.normalise("a-b \u2013 the.the")).isEqualTo("ab \u2013 thethe");
    assertThat(SquadText.normalise("\u0130stanbul \u03a3")).isEqualTo("i\u0307stanbul \u03c3");
    assertThat(SquadText.normalise("?! The ...")).isEmpty();
  }

  @Example
  void exactMatchIsOfNormalisedTexts() {
    assertThat(SquadText.exact("the Eiffel Tower.", "Eiffel tower")).isEqualTo(1);
    assertThat(SquadText.exact("Eiffel", "Eiffel tower")).isZero();
    assertThat(SquadText.exact("", "the")).isEqualTo(1);
  }

  @Example
  void f1IsOfCommonTokens() {
    // 2 of 3 predicted, 2 of 4 right: 2 * (2/3) * (2/4) / (2/3 + 2/4) = 4/7
    assertThat(SquadText.f1(Version.V2, "x y z", "y x w v")).isCloseTo(4 / 7.0, within(1e-15));
    // "x" is once in the answer
    assertThat(SquadText.f1(Version.V1, "x x", "x")).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(SquadText.f1(Version.V1, "x", "y")).isZero();
  }

  @Example
  void emptyTextsDifferBetweenTheVersions() {
    assertThat(SquadText.f1(Version.V2, "", "")).isEqualTo(1);
    assertThat(SquadText.f1(Version.V1, "", "")).isZero();
    for (Version version : Version.values()) {
      assertThat(SquadText.f1(version, "the", "word")).isZero();
      assertThat(SquadText.f1(version, "word", "...")).isZero();
    }
  }

  @Example
  void theBestOfSeveralAnswersCounts() {
    List<String> answers = List.of("five", "five dogs", "dogs");
    assertThat(SquadText.bestExact("Five dogs!", answers)).isEqualTo(1);
    assertThat(SquadText.bestF1(Version.V1, "ten dogs", answers)).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(SquadText.bestExact("x", List.of())).isZero();
    assertThat(SquadText.bestF1(Version.V2, "x", List.of())).isZero();
  }

  @Property(tries = 200)
  void f1IsSymmetricBoundedAndOneForTheSame(
      @ForAll @StringLength(max = 12) @CharRange(from = 'a', to = 'c') String x,
      @ForAll @StringLength(max = 12) String y) {
    String left = x.replace("", " ");

    double f1 = SquadText.f1(Version.V2, left, y);
    assertThat(f1).isBetween(0.0, 1.0).isEqualTo(SquadText.f1(Version.V2, y, left));
    assertThat(SquadText.f1(Version.V2, y, y)).isEqualTo(1);
    assertThat(SquadText.exact(y, y)).isEqualTo(1);
    assertThat(SquadText.normalise(SquadText.normalise(left))).isEqualTo(SquadText.normalise(left));
  }
}
