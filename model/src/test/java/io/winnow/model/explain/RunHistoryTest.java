package io.winnow.model.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.explain.HeadEvent.Kind;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  private static final float NAN = Float.NaN;

  private static RunHistory of(Traced traced) {
    return RunHistory.of(traced.traces(), Rule.MAGNITUDE);
  }

  @Test
  void aHeadThatIsMaskedComesBackAndIsPrunedInTheEnd() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b", "c")
                .moved(1, 1f, 1f, 1f)
                .projected(5, List.of(1.2f, 0.8f, 1f), 0, 2)
                .moved(6, 1.2f, 0.1f, 1f) // from 0 it moves on at once; that is no coming back
                .projected(10, List.of(1.1f, 1.3f, 0.9f), 0, 1)
                .pruned(15, List.of(1.4f, 1.0f, 0.2f), 4, 0));

    assertThat(run.heads().get(0).events()).isEmpty();
    assertThat(run.heads().get(1).events())
        .containsExactly(
            new HeadEvent(5, Kind.MASKED, 4, 4),
            new HeadEvent(10, Kind.CAME_BACK, 4, 4),
            new HeadEvent(15, Kind.PRUNED, 4, 0));
    assertThat(run.heads().get(2).events())
        .containsExactly(
            new HeadEvent(10, Kind.MASKED, 4, 4), new HeadEvent(15, Kind.PRUNED, 4, 0));
    assertThat(run.heads().get(1))
        .returns(1f, HeadHistory::first)
        .returns(1.3f, HeadHistory::last)
        .returns(0, HeadHistory::rank);
  }

  @Test
  void theGapLiesBetweenTheLastKeptAndTheFirstDropped() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b", "c", "d")
                .moved(1, 1f, 1f, 1f, 1f)
                .pruned(2, List.of(0.5f, 0.97f, 1.2f, 0.93f), 4, 1, 2));
    Selected selected = run.selections().get(0);

    assertThat(selected.kept()).containsExactly(1, 2);
    assertThat(selected.dropped()).containsExactly(0, 3);
    assertThat(selected.lastKept()).isEqualTo(new Selected.Scored("b", 0.97f));
    assertThat(selected.firstDropped()).isEqualTo(new Selected.Scored("d", 0.93f));
    assertThat(selected.gap()).isCloseTo(0.04, within(1e-6));
    assertThat(selected.relativeGap()).isCloseTo(0.04 / 0.97, within(1e-6));
  }

  @Test
  void ofATieTheEarlierHeadIsKept() {
    Selected selected =
        of(Traced.heads(4, "a", "b", "c").pruned(3, List.of(1f, 1f, 1f), 4, 0, 1))
            .selections()
            .get(0);

    assertThat(selected.lastKept().head()).isEqualTo("b");
    assertThat(selected.firstDropped().head()).isEqualTo("c");
    assertThat(selected.gap()).isZero();
    assertThat(selected.relativeGap()).isZero();
  }

  @Test
  void aBudgetThatPassesOverALargeHeadHasAGapBelowZero() {
    Selected selected =
        of(Traced.heads(4, "small", "large").pruned(3, List.of(0.5f, 1f), 4, 0))
            .selections()
            .get(0);

    assertThat(selected.gap()).isEqualTo(-0.5);
    assertThat(selected.relativeGap()).isEqualTo(-1);
  }

  @Test
  void survivorsGrowInEveryRound() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b", "c", "d")
                .moved(1, 1f, 1f, 1f, 1f)
                .pruned(10, List.of(1.1f, 0.9f, 1.2f, 0.8f), 8, 0, 2)
                .moved(15, 1.1f, 0f, 1.3f, 0f)
                .pruned(20, List.of(1f, NAN, 1.4f, NAN), 16, 2));

    assertThat(run.heads().get(2).events())
        .containsExactly(new HeadEvent(10, Kind.GREW, 4, 8), new HeadEvent(20, Kind.GREW, 8, 16));
    assertThat(run.heads().get(0).events())
        .containsExactly(new HeadEvent(10, Kind.GREW, 4, 8), new HeadEvent(20, Kind.PRUNED, 8, 0));
    assertThat(run.heads().get(1).events()).containsExactly(new HeadEvent(10, Kind.PRUNED, 4, 0));
    assertThat(run.selections()).extracting(Selected::step).containsExactly(10L, 20L);
    assertThat(run.selections().get(1).dropped()).containsExactly(0);
    assertThat(run.heads().get(2).rank()).isEqualTo(16);
  }

  @Test
  void aSelectionAtTheFirstTraceIsSeenTooThoughNothingIsKnownBefore() {
    RunHistory run = of(Traced.heads(4, "a", "b").pruned(1, List.of(1f, 0.5f), 4, 0));

    assertThat(run.heads().get(1).events()).containsExactly(new HeadEvent(1, Kind.PRUNED, 0, 0));
    assertThat(run.stability()).isNull();
  }

  @Test
  void headsThatWereGoneBeforeTheFirstTraceTakeNoPartInSelections() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b", "c")
                .pruned(8, List.of(1f, 0.5f, NAN), 4, 0, 1)
                .pruned(9, List.of(1f, 0.5f, NAN), 4, 0));

    assertThat(run.heads().get(2).events()).isEmpty();
    assertThat(run.selections()).singleElement().extracting(Selected::step).isEqualTo(9L);
  }

  @Test
  void ranksThatMoveWithoutASelectionAreTold() {
    RunHistory run =
        of(
            Traced.heads(4, "a")
                .moved(1, 1f)
                .pruned(2, List.of(1f), 6, 0)
                .pruned(3, List.of(1f), 2, 0));

    assertThat(run.heads().get(0).events())
        .containsExactly(new HeadEvent(2, Kind.GREW, 4, 6), new HeadEvent(3, Kind.SHRANK, 6, 2));
  }

  @Test
  void beforeAnySelectionThereIsNoGapAndNoStability() {
    RunHistory run = of(Traced.heads(4, "a", "b").moved(1, 1f, 1f).moved(2, 1.1f, 0.9f));

    assertThat(run.selections()).isEmpty();
    assertThat(run.newestMask()).isNull();
    assertThat(run.stability()).isNull();
    assertThat(run.heads()).allMatch(head -> head.events().isEmpty());
  }

  @Test
  void theNewestProjectionStandsInWhereNoneDisconnected() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b", "c")
                .projected(5, List.of(1.2f, 0.8f, 1f), 0, 2)
                .projected(10, List.of(1.2f, 1.1f, 1f), 0, 1));

    assertThat(run.newestMask()).returns(10L, Selected::step).returns(false, Selected::forGood);
    assertThat(run.newestMask().firstDropped().head()).isEqualTo("c");
  }

  @Test
  void stabilityComparesTheSetsOfTheLastQuarterWithTheFinalOne() {
    Traced traced =
        Traced.heads(4, "a", "b", "c", "d")
            .moved(8, 0.1f, 0.2f, 9f, 9f) // before the last quarter of 12 steps: 9, 10, 11
            .moved(9, 1.4f, 1.2f, 1.3f, 0.5f) // {a, c} and {a, b}: 1 of 3
            .projected(10, List.of(1.4f, 1.2f, 1.3f, 0.5f), 0, 2) // the same
            .moved(11, 1.4f, -1.5f, 1.3f, 0.5f) // {a, b}
            .pruned(12, List.of(1.4f, 1.5f, 1.3f, 0.5f), 4, 0, 1);

    assertThat(of(traced).stability())
        .isEqualTo(new Stability(9, 11, 3, (1 / 3.0 + 1 / 3.0 + 1) / 3, 1));
    // by sign, b's omega of -1.5 comes last
    assertThat(RunHistory.of(traced.traces(), Rule.SIGNED).stability())
        .isEqualTo(new Stability(9, 11, 3, 1 / 3.0, 1));
  }

  @Test
  void aSetThatNeverChangesHasASimilarityOfOne() {
    RunHistory run =
        of(
            Traced.heads(4, "a", "b")
                .moved(1, 1f, 0.9f)
                .moved(2, 1f, 0.9f)
                .pruned(3, List.of(1f, 0.9f), 4, 0));

    assertThat(run.stability()).isEqualTo(new Stability(2, 2, 1, 1, 0));
  }

  @Test
  void tracesOfOtherHeadsOrInAnotherOrderAreRefused() {
    assertThatThrownBy(() -> Traced.heads(4, "a", "b").moved(1, 1f).traces())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step 1: 1 omegas, 2 ranks and 0 scores of 2 heads");
    assertThatThrownBy(() -> Traced.heads(4, "a").moved(2, 1f).moved(2, 1f).traces())
        .hasMessage("step 2 after step 2");
  }
}
