package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Offset;

/** Expected values are worked out by hand from the definitions. */
class RougeTest {
  private static final Offset<Double> ROUNDING = within(1e-15);

  @Example
  void scoresOfTheExampleInTheDefiningProgram() {
    // 8 and 9 tokens; common: the (twice), quick, brown, dog, jump; pairs: the quick, quick brown
    RougeScores scores =
        Rouge.score(
            "The quick brown fox jumps over the lazy dog", "The quick brown dog jumps on the log.");

    assertThat(scores.rouge1()).isCloseTo(12 / 17.0, ROUNDING);
    assertThat(scores.rouge2()).isCloseTo(4 / 15.0, ROUNDING);
    assertThat(scores.rougeL()).isCloseTo(10 / 17.0, ROUNDING);
    assertThat(scores.rougeLsum()).isCloseTo(10 / 17.0, ROUNDING);
  }

  @Example
  void rougeLsumIsTheUnionOverSentences() {
    // Lin 2004, section 3.2: w1 w2 and w1 w3 w5 unite to 4 of 5 tokens, of 10 predicted ones
    RougeScores scores = Rouge.score("w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5");

    assertThat(scores.rougeLsum()).isCloseTo(8 / 15.0, ROUNDING);
    assertThat(scores.rougeL()).isCloseTo(8 / 15.0, ROUNDING);
  }

  @Example
  void rougeLsumCountsNoTokenTwice() {
    // "aa" is in both sentences of the reference, and once in the prediction
    assertThat(Rouge.score("aa bb\naa cc", "aa").rougeLsum()).isCloseTo(2 / 5.0, ROUNDING);
  }

  @Example
  void rougeLsumTakesTheOriginalsChoiceOfSubsequence() {
    // candidates share "a b" and "b a": of equal ones, that with the earlier place of the reference
    assertThat(Rouge.score("a b", "b a").rougeLsum()).isEqualTo(0.5);
    assertThat(Subsequence.places(List.of("a", "b"), List.of("b", "a")).stream())
        .containsExactly(0);
  }

  @Example
  void ngramsCountAsOftenAsBothSidesHaveThem() {
    assertThat(Rouge.score("aa aa aa bb", "aa aa cc").rouge1()).isCloseTo(4 / 7.0, ROUNDING);
  }

  @Example
  void tokensAreLowerCaseLettersAndDigitsStemmedFromFourOn() {
    assertThat(Rouge.tokens("The Cats' 1,000 naïve runs: was GOING…"))
        .containsExactly("the", "cat", "1", "000", "na", "ve", "run", "was", "go");
    assertThat(Rouge.tokens("\u212Aelvin gas does")).containsExactly("kelvin", "gas", "doe");
    assertThat(Rouge.tokens(" ?! \n…")).isEmpty();
  }

  @Example
  void nothingInCommonAndNothingAtAllScoreZero() {
    RougeScores zero = new RougeScores(0, 0, 0, 0);
    assertThat(Rouge.score("", "")).isEqualTo(zero);
    assertThat(Rouge.score("word", "")).isEqualTo(zero);
    assertThat(Rouge.score("", "word")).isEqualTo(zero);
    assertThat(Rouge.score("...", "!")).isEqualTo(zero);
    assertThat(Rouge.score("alpha\n\n", "beta")).isEqualTo(zero);
  }

  @Example
  void aSingleTokenHasNoPairs() {
    assertThat(Rouge.score("word", "words")).isEqualTo(new RougeScores(1, 0, 1, 1));
  }

  @Example
  void sentencesAreCutForRougeLsum() {
    String reference = "Dogs bark. Cats sleep.";
    String prediction = "Cats sleep. Dogs bark.";

    assertThat(Rouge.scoreSentences(reference, prediction).rougeLsum()).isEqualTo(1);
    assertThat(Rouge.scoreSentences(reference, prediction).rougeL()).isEqualTo(0.5);
    assertThat(Rouge.score(reference, prediction).rougeLsum()).isEqualTo(0.5);
  }

  @Example
  void meansAndPercentagesAreOverTheTexts() {
    RougeScores mean =
        RougeScores.mean(List.of(new RougeScores(1, 0.5, 1, 0), new RougeScores(0, 0, 0.5, 0)));

    assertThat(mean).isEqualTo(new RougeScores(0.5, 0.25, 0.75, 0));
    assertThat(mean.percentages())
        .containsEntry("rouge1", 50.0)
        .containsEntry("rouge2", 25.0)
        .containsEntry("rougeL", 75.0)
        .containsEntry("rougeLsum", 0.0);
  }

  @Property(tries = 200)
  void scoresAreBoundedAndTheLongestSequenceIsNoLongerThanTheCommonTokens(
      @ForAll("texts") String reference, @ForAll("texts") String prediction) {
    RougeScores scores = Rouge.score(reference, prediction);

    assertThat(scores.rouge1()).isBetween(0.0, 1.0);
    assertThat(scores.rouge2()).isBetween(0.0, 1.0);
    assertThat(scores.rougeL()).isBetween(0.0, scores.rouge1() + 1e-15);
    assertThat(scores.rougeLsum()).isBetween(0.0, scores.rouge1() + 1e-15);
  }

  @Property(tries = 200)
  void countsAndSequencesAreSymmetric(
      @ForAll("texts") String reference, @ForAll("texts") String prediction) {
    RougeScores there = Rouge.score(reference, prediction);
    RougeScores back = Rouge.score(prediction, reference);

    assertThat(there.rouge1()).isCloseTo(back.rouge1(), ROUNDING);
    assertThat(there.rouge2()).isCloseTo(back.rouge2(), ROUNDING);
    assertThat(there.rougeL()).isCloseTo(back.rougeL(), ROUNDING);
  }

  @Property(tries = 100)
  void aTextWithTwoWordsScoresOneWithItself(@ForAll("texts") String text) {
    String words = "two words " + text;
    assertThat(Rouge.score(words, words)).isEqualTo(new RougeScores(1, 1, 1, 1));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a", "b", "cats", "cat", "go", "3", ".", "\n")
        .list()
        .ofMaxSize(16)
        .map(words -> String.join(" ", words));
  }
}
