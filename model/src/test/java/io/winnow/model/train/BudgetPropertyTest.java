package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.train.Projection.Candidate;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class BudgetPropertyTest {
  @Provide
  Arbitrary<List<Candidate>> heads() {
    return Combinators.combine(
            Arbitraries.integers().between(-3, 3), Arbitraries.longs().between(1, 50))
        .as((score, parameters) -> new Candidate(score, parameters))
        .list()
        .ofMaxSize(20);
  }

  private static long kept(List<Candidate> heads, boolean[] keep) {
    long sum = 0;
    for (int i = 0; i < keep.length; i++) {
      sum += keep[i] ? heads.get(i).parameters() : 0;
    }
    return sum;
  }

  @Property
  void parametersAreNeverExceededAndNothingThatGoesWouldFit(
      @ForAll("heads") List<Candidate> heads, @ForAll @IntRange(min = 1, max = 600) int budget) {
    boolean[] keep = Projection.keep(heads, new Budget.Parameters(budget).limit(0));
    long sum = kept(heads, keep);

    assertThat(sum).isLessThanOrEqualTo(budget);
    for (int i = 0; i < keep.length; i++) {
      assertThat(keep[i] || sum + heads.get(i).parameters() > budget).isTrue();
    }
  }

  @Property
  void shareIsNeverExceeded(
      @ForAll("heads") List<Candidate> heads, @ForAll @IntRange(min = 1, max = 100) int percent) {
    long all = heads.stream().mapToLong(Candidate::parameters).sum();
    boolean[] keep = Projection.keep(heads, new Budget.Fraction(percent / 100.0).limit(all));

    assertThat(100 * kept(heads, keep)).isLessThanOrEqualTo(percent * all);
  }

  @Property
  void theFirstByScoreStaysIfItFits(
      @ForAll("heads") List<Candidate> heads, @ForAll @IntRange(min = 50, max = 600) int budget) {
    boolean[] keep = Projection.keep(heads, new Budget.Parameters(budget).limit(0));
    int first = -1;
    for (int i = 0; i < heads.size(); i++) {
      first = first < 0 || heads.get(i).score() > heads.get(first).score() ? i : first;
    }
    assertThat(first < 0 || keep[first]).isTrue();
  }

  @Example
  void oneThatDoesNotFitIsPassedOverForASmallerOne() {
    List<Candidate> heads =
        List.of(new Candidate(1, 4), new Candidate(3, 5), new Candidate(2, 6), new Candidate(1, 4));

    assertThat(Projection.keep(heads, new Budget.Parameters(9).limit(0)))
        .containsExactly(true, true, false, false);
  }

  @Example
  void aShareIsTakenInDecimal() {
    assertThat(new Budget.Fraction(0.29).limit(100).parameters()).isEqualTo(29);
    assertThat(new Budget.Fraction(0.5).limit(7).parameters()).isEqualTo(3);
    assertThat(new Budget.Fraction(1).limit(7).parameters()).isEqualTo(7);
  }
}
