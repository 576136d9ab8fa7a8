package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class TripletSelectionPropertyTest {
  private static final long TOTAL = 40;

  /** A triplet by its place in the order of heads, then of triplets. */
  private record Seen(double score, boolean stays) {}

  private static List<HeadReport> heads(List<List<Double>> scores) {
    List<HeadReport> heads = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      HeadSize size = new HeadSize(scores.get(i).size(), 3, 4);
      heads.add(new HeadReport(Rules.id(i), OmegaState.initial(1), 0, size, null, scores.get(i)));
    }
    return heads;
  }

  private static List<Seen> seen(List<HeadReport> heads, TripletChoice choice) {
    List<Seen> seen = new ArrayList<>();
    for (HeadReport head : heads) {
      for (int i = 0; i < head.size().rank(); i++) {
        double score = head.tripletScores().get(i);
        seen.add(
            new Seen(Double.isNaN(score) ? -1 : score, choice.stays().get(head.id()).contains(i)));
      }
    }
    return seen;
  }

  /** Few different scores, so that there are ties. */
  @Provide
  Arbitrary<List<List<Double>>> scores() {
    Arbitrary<Double> score =
        Arbitraries.oneOf(
            Arbitraries.of(0.0, 1e-300, 0.5, Double.POSITIVE_INFINITY, Double.NaN),
            Arbitraries.doubles().between(0, 1));
    return score.list().ofMinSize(2).ofMaxSize(5).list().ofMinSize(1).ofMaxSize(6);
  }

  @Property(tries = 500)
  void exactlyTheBudgetStaysAndTheBestFirst(
      @ForAll("scores") List<List<Double>> scores,
      @ForAll @DoubleRange(min = 0.01, max = 2) double targetRank,
      @ForAll @IntRange(min = 0, max = 10) int warmup,
      @ForAll @IntRange(min = 1, max = 25) int rest,
      @ForAll @IntRange(min = 1, max = 7) int every) {
    List<HeadReport> heads = heads(scores);
    TripletSettings settings = new TripletSettings(targetRank, warmup, rest, every);
    TripletBudget budget = settings.budget(scores.stream().map(List::size).toList(), TOTAL);
    TripletSelection selection = new TripletSelection(settings, heads, TOTAL);
    for (long step = 1; step <= TOTAL; step++) {
      List<Seen> seen = seen(heads, selection.of(step));
      int room = budget.isDue(step) ? budget.at(step) : seen.size();
      assertThat(seen.stream().filter(Seen::stays)).hasSize(room);
      assertThat(selection.of(step)).isEqualTo(selection.of(step));
      assertBestFirst(seen);
    }
  }

  /** What goes has no higher score than what stays, and of equal ones the later goes. */
  private static void assertBestFirst(List<Seen> seen) {
    for (int i = 0; i < seen.size(); i++) {
      for (int j = 0; j < seen.size(); j++) {
        if (seen.get(i).stays() && !seen.get(j).stays()) {
          double here = seen.get(i).score();
          double gone = seen.get(j).score();
          assertThat(here > gone || here == gone && i < j).isTrue();
        }
      }
    }
  }

  @Example
  void theTargetIsCountedInDecimalAndIsAtLeastOne() {
    assertThat(new TripletSettings(0.29, 0, 1, 1).target(100)).isEqualTo(29);
    assertThat(new TripletSettings(2.5, 0, 1, 1).target(3)).isEqualTo(7);
    assertThat(new TripletSettings(0.1, 0, 1, 1).target(2)).isEqualTo(1);
  }

  @Example
  void theChoiceOfOneLayerIsItsPart() {
    TripletSelection selection =
        new TripletSelection(
            new TripletSettings(1, 0, 1, 1),
            heads(List.of(List.of(1.0, 3.0), List.of(2.0, 0.5))),
            TOTAL);
    TripletChoice last = selection.of(TOTAL);

    assertThat(last.stays().get(Rules.id(0))).containsExactly(1);
    assertThat(last.of(java.util.Set.of(Rules.id(1))).stays())
        .containsExactly(java.util.Map.entry(Rules.id(1), List.of(0)));
  }

  @Example
  void headsThatReportNoScoresAreABug() {
    TripletSettings settings = new TripletSettings(1, 0, 1, 1);

    assertThatThrownBy(() -> new TripletSelection(settings, List.of(Rules.head(0, 1, 0)), TOTAL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("head.0 reports no scores");
  }
}
