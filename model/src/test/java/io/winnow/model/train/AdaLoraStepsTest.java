package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Steps of AdaLoRA, decision and layer together, against its formulas in double. */
class AdaLoraStepsTest {
  /** A float has 24 bits, and thirty steps of 0.05 multiply what is rounded away. */
  private static final double TOLERANCE = 2e-5;

  private static AdaLoraOracle.Part part(TripletPart part) {
    return new AdaLoraOracle.Part(part.values());
  }

  private static AdaLoraOracle oracle(List<AdaLoraOracle.Head> heads) {
    TripletSettings s = TwoTripletHeads.SETTINGS;
    return new AdaLoraOracle(
        heads, new AdaLoraOracle.Plan(s.warmup(), s.rest(), s.every(), TwoTripletHeads.STEPS, 2));
  }

  private static AdaLoraOracle.Head head(TripletHead head) {
    AdapterSpec spec = head.spec();
    return new AdaLoraOracle.Head(
        spec.in(),
        spec.out(),
        spec.rank(),
        spec.scale(),
        part(head.p()),
        part(head.lambda()),
        part(head.q()));
  }

  private static void assertClose(TripletPart found, AdaLoraOracle.Part expected) {
    for (int i = 0; i < expected.w.length; i++) {
      assertThat((double) found.values()[i]).isCloseTo(expected.w[i], within(TOLERANCE));
      assertThat((double) found.moments().m()[i]).isCloseTo(expected.m[i], within(TOLERANCE));
      assertThat((double) found.importance().mean()[i])
          .isCloseTo(expected.mean[i], within(TOLERANCE));
      assertThat((double) found.importance().spread()[i])
          .isCloseTo(expected.spread[i], within(TOLERANCE));
    }
  }

  private static List<Boolean> alive(List<TripletHead> heads) {
    List<Boolean> alive = new ArrayList<>();
    for (TripletHead head : heads) {
      for (float lambda : head.lambda().values()) {
        alive.add(lambda != 0f);
      }
    }
    return alive;
  }

  @Test
  void everyStepIsThatOfTheFormulas() {
    TwoTripletHeads run = TwoTripletHeads.atStart();
    List<AdaLoraOracle.Head> expected = run.heads().stream().map(AdaLoraStepsTest::head).toList();
    AdaLoraOracle oracle = oracle(expected);
    for (long step = 1; step <= TwoTripletHeads.STEPS; step++) {
      StepDecision decision = run.step();
      oracle.step(step, List.of(TwoTripletHeads.target(0, step), TwoTripletHeads.target(1, step)));

      assertThat(decision.gradNorm()).isCloseTo(oracle.gradNorm(), within(1e-4));
      for (int h = 0; h < 2; h++) {
        assertClose(run.heads().get(h).p(), expected.get(h).p());
        assertClose(run.heads().get(h).lambda(), expected.get(h).lambda());
        assertClose(run.heads().get(h).q(), expected.get(h).q());
      }
    }
  }

  @Test
  void aTripletThatWasDroppedComesBackInALaterSelection() {
    TwoTripletHeads run = TwoTripletHeads.atStart();
    List<List<Boolean>> selections = new ArrayList<>();
    for (long step = 1; step <= TwoTripletHeads.STEPS; step++) {
      StepDecision decision = run.step();
      boolean selects =
          decision.triplets().stays().values().stream().mapToInt(List::size).sum() < 6;
      if (selects) {
        selections.add(alive(run.heads()));
      }
    }
    boolean cameBack = false;
    for (int triplet = 0; triplet < 6; triplet++) {
      boolean wasDropped = false;
      for (List<Boolean> selection : selections) {
        cameBack |= wasDropped && selection.get(triplet);
        wasDropped |= !selection.get(triplet);
      }
    }

    assertThat(cameBack).isTrue();
  }

  @Test
  void inTheRestTheSameTripletsStayAndTheSelectionIsFinal() {
    TwoTripletHeads run = TwoTripletHeads.atStart();
    for (long step = 1; step <= 24; step++) {
      assertThat(run.step().after().isFinal()).isFalse();
    }
    List<Boolean> rest = null;
    for (long step = 25; step <= TwoTripletHeads.STEPS; step++) {
      StepDecision decision = run.step();
      assertThat(decision.after().finalAt()).isEqualTo(25);
      assertThat(decision.triplets().importanceMoves()).isFalse();
      assertThat(alive(run.heads()).stream().filter(alive -> alive)).hasSize(2);
      assertThat(rest == null ? alive(run.heads()) : rest).isEqualTo(alive(run.heads()));
      rest = alive(run.heads());
    }
  }

  @Test
  void atFirstAHeadAddsNothingAndItsFactorsAreNormalDraws() {
    TripletHead head = TwoTripletHeads.atStart().heads().get(0);
    AdapterState published = head.published();

    for (float value : published.b()) {
      assertThat(Math.abs(value)).isZero();
    }
    assertThat(published.omega()).isEqualTo(1f);
    assertThat(published.rank()).isEqualTo(3);
    assertThat(head.rank()).isZero();
    assertThat(head.exported()).isEmpty();
    assertThat(head.norm()).isZero();
    double squares =
        Gradients.sumOfSquares(head.p().values()) + Gradients.sumOfSquares(head.q().values());
    assertThat(Math.sqrt(squares / 27)).isBetween(0.01, 0.03);
    assertThat(head.p().values()).doesNotContain(head.q().values());
    TripletHead other = TripletHead.drawn(head.spec(), 8);
    assertThat(other.p().values()).isNotEqualTo(head.p().values());
  }

  @Test
  void whatIsExportedIsTheSameProductInFewerRows() {
    TripletHead head =
        (TripletHead)
            TwoTripletHeads.after(TwoTripletHeads.STEPS).heads().stream()
                .filter(h -> h.rank() > 0)
                .findFirst()
                .orElseThrow();
    AdapterState exported = head.exported().orElseThrow();
    AdapterState published = head.published();

    assertThat(exported.rank()).isEqualTo(head.rank()).isLessThan(3);
    assertThat(exported.a()).hasSize(exported.rank() * head.spec().in());
    assertThat(product(exported, head.spec())).containsExactly(product(published, head.spec()));
    assertThat(head.parameters())
        .isEqualTo((long) head.rank() * (head.spec().in() + head.spec().out() + 1));
    assertThat(head.optimizerBytes())
        .isEqualTo(16L * 3 * (head.spec().in() + head.spec().out() + 1));
  }

  /** Exactly what both compute: a term that is 0 changes no sum. */
  private static double[] product(AdapterState state, AdapterSpec spec) {
    double[] product = new double[spec.out() * spec.in()];
    for (int i = 0; i < product.length; i++) {
      for (int k = 0; k < state.rank(); k++) {
        product[i] +=
            (double) state.b()[i / spec.in() * state.rank() + k]
                * state.a()[k * spec.in() + i % spec.in()];
      }
    }
    return product;
  }

  @Test
  void planTellsWhatIsTrainedAndHeldAtTheStart() {
    LayerPlan plan = TwoTripletHeads.plan();

    assertThat(plan.parameters()).isEqualTo(3 * (5 + 4 + 1) + 3 * (4 + 6 + 1));
    assertThat(plan.optimizerBytes()).isEqualTo(16 * plan.parameters());
    assertThat(plan.training(null).parameters()).isEqualTo(3 * 9 + 1 + 3 * 10 + 1);
    assertThat(plan.selectingBy(SelectionSettings.Rule.CONTRIBUTION).triplets())
        .isEqualTo(plan.triplets());
  }

  @Test
  void aSkippedStepMovesNoTripletAndNoImportance() {
    LayerState before = TwoTripletHeads.after(10);
    StepDecision skipped =
        new StepDecision(
            11, true, 0, 0, 0, 0, Double.NaN, Map.of(), List.of(), false, SelectionState.START);
    LayerGradient none = new LayerGradient(before.plan().spec().id(), List.of(), List.of());

    assertThat(before.after(skipped, none).heads()).isEqualTo(before.heads());
  }

  @Test
  void aDecisionWithoutTripletsIsRefused() {
    LayerState before = TwoTripletHeads.after(1);
    TripletHead head = (TripletHead) before.heads().get(0);
    StepDecision other =
        new StepDecision(
            2, false, 1, 0.1f, 0, 0, 1, Map.of(), List.of(), false, SelectionState.START);
    AdapterGradient gradient =
        new AdapterGradient(head.spec().id(), new float[15], new float[12], 0f);

    assertThatThrownBy(() -> head.after(other, gradient, before.plan()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no choice of triplets of live head block.0.query");
  }
}
