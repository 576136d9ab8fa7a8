package io.winnow.model.train;

import static io.winnow.model.train.Rules.head;
import static io.winnow.model.train.Rules.id;
import static io.winnow.model.train.Rules.keeping;
import static io.winnow.model.train.Rules.layer;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.train.Decide.StepOutcome;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which heads are masked or disconnected, and when. */
class SelectionTest {
  private static final SelectionState START = SelectionState.START;

  private static StepDecision decide(Rules rules, SelectionState before, long step, float[]... h) {
    HeadReport[] heads = new HeadReport[h.length];
    for (int i = 0; i < h.length; i++) {
      heads[i] = head(i, h[i][0], h[i][1]);
    }
    return Decide.step(
        rules.build(), before, new StepOutcome(step, 0.5), List.of(layer(0, 1, heads)));
  }

  private static float[] head(float omega, float dOmega) {
    return new float[] {omega, dOmega};
  }

  private static HeadReport head(int i, float omega, float dOmega) {
    return Rules.head(i, omega, dOmega);
  }

  private static float omega(StepDecision decision, int head) {
    return decision.omega().get(id(head)).value();
  }

  @Test
  void nothingIsSelectedWhileOmegaHasNoGradientNotEvenFinally() {
    StepDecision none = decide(keeping(1).at(1).every(1), START, 1, head(1, 0), head(1, 0));

    assertThat(none.pruned()).isEmpty();
    assertThat(none.omega().values()).hasSize(2).containsOnly(OmegaState.initial(1));
    assertThat(none.after().isFinal()).isFalse();

    StepDecision next = decide(keeping(1).at(1), none.after(), 2, head(1, 0.5f), head(1, 0));
    assertThat(next.pruned()).containsExactly(id(0));
    assertThat(next.after().finalAt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0.9e-10, false", "1.1e-10, true"})
  void theGradientOfOmegaCountsFromTenToTheMinusTen(float dOmega, boolean selects) {
    StepDecision decision = decide(keeping(1).at(1), START, 1, head(1, dOmega), head(1, 0));

    assertThat(decision.after().isFinal()).isEqualTo(selects);
  }

  @Test
  void theFinalSelectionComesLateIfItsStepWasBad() {
    StepRules rules = keeping(1).at(3).build();
    List<LayerReport> reports = List.of(layer(0, 1, head(0, 1, 0.5f), head(1, 1, 0.25f)));
    StepDecision bad = Decide.step(rules, START, new StepOutcome(3, Double.NaN), reports);
    StepDecision good = Decide.step(rules, bad.after(), new StepOutcome(4, 0.5), reports);

    assertThat(bad.pruned()).isEmpty();
    assertThat(good.pruned()).containsExactly(id(0));
    assertThat(good.after().finalAt()).isEqualTo(4);
  }

  @Test
  void aMaskedHeadMayComeBackBeforeTheFinalSelection() {
    Rules rules = keeping(1).every(1).at(9);
    StepDecision masking = decide(rules, START, 2, head(1, 0.5f), head(1, 0.25f));
    assertThat(omega(masking, 0)).isZero();
    assertThat(omega(masking, 1)).isEqualTo(0.75f);
    assertThat(masking.pruned()).isEmpty();

    StepDecision back = decide(rules, masking.after(), 3, head(0, -2), head(0.75f, 0));
    assertThat(omega(back, 0)).isEqualTo(2);
    assertThat(omega(back, 1)).isZero();
    assertThat(back.pruned()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, false", "3, true", "4, false", "6, true"})
  void headsAreMaskedOnlyAtEveryNthStep(long step, boolean masks) {
    StepDecision decision = decide(keeping(1).every(3), START, step, head(1, 0.5f), head(1, 0));

    assertThat(omega(decision, 0)).isEqualTo(masks ? 0f : 0.5f);
    assertThat(decision.after().isFinal()).isFalse();
  }

  @Test
  void theFinalSelectionPrunesExactlyTheOthersAndTheSmallerIndexWinsATie() {
    StepDecision decision =
        decide(keeping(2).at(5), START, 5, head(1, 0.5f), head(1, 0), head(1, 0), head(1, 0));

    assertThat(decision.pruned()).containsExactly(id(0), id(3));
    assertThat(decision.omega()).containsOnlyKeys(id(1), id(2));
    assertThat(decision.omega().values()).containsOnly(OmegaState.initial(1));
    assertThat(decision.after().finalAt()).isEqualTo(5);
  }

  @Test
  void scoresAreThoseBeforeTheProjectionAndStayOutOfALayersPart() {
    StepDecision pruned = decide(keeping(1).at(4), START, 4, head(1, 0), head(-3, 0.5f));

    assertThat(pruned.scores()).containsExactlyInAnyOrderEntriesOf(Map.of(id(0), 1f, id(1), 3.5f));
    assertThat(pruned.of(pruned.omega(), pruned.pruned()).scores()).isEmpty();
    StepDecision masked = decide(keeping(1).at(9).every(4), START, 4, head(1, 0), head(2, 0.5f));
    assertThat(masked.scores()).containsOnlyKeys(id(0), id(1));
    StepDecision neither = decide(keeping(1).at(9).every(4), START, 5, head(1, 0), head(2, 0.5f));
    assertThat(neither.scores()).isEmpty();
  }

  @Test
  void keepingMoreHeadsThanThereArePrunesNone() {
    StepDecision decision = decide(keeping(3).at(5), START, 5, head(1, 0.5f), head(1, 0));

    assertThat(decision.pruned()).isEmpty();
    assertThat(decision.omega()).containsOnlyKeys(id(0), id(1));
    assertThat(decision.after().isFinal()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"MAGNITUDE, 1", "SIGNED, 0"})
  void aLargeNegativeOmegaStaysByMagnitudeAndGoesBySign(Rule rule, int pruned) {
    StepDecision decision =
        decide(keeping(2).by(rule).at(5), START, 5, head(-3, 0), head(1, 0), head(2, 0.25f));

    assertThat(decision.pruned()).containsExactly(id(pruned));
  }

  @Test
  void omegaRestsAtTheStepOfARestartThoughItsGradientCounts() {
    StepDecision decision = decide(keeping(1).at(5).restarting(), START, 5, head(1, 0), head(2, 4));

    assertThat(decision.gradNorm()).isEqualTo(Math.sqrt(1 + 16));
    assertThat(decision.restart()).isTrue();
    assertThat(decision.pruned()).containsExactly(id(0));
    assertThat(decision.omega()).containsOnlyKeys(id(1));
    assertThat(omega(decision, 1)).isEqualTo(2);
  }

  @Test
  void theRateIsConstantBeforeARestartAndTheScheduleBeginsAfterIt() {
    Rules rules = keeping(1).at(4).restarting().warmingUpLinearly(2);
    SelectionState selected = new SelectionState(4, 0);

    assertThat(decide(rules, START, 1, head(1, 0.5f)).lr()).isEqualTo(1);
    assertThat(decide(rules, START, 4, head(1, 0.5f)).lr()).isEqualTo(1);
    assertThat(decide(rules, selected, 5, head(1, 0.5f)).lr()).isZero();
    assertThat(decide(rules, selected, 6, head(1, 0.5f)).lr()).isEqualTo(0.5f);
    assertThat(decide(rules, selected, 7, head(1, 0.5f)).lr()).isEqualTo(1);
    assertThat(decide(rules, selected, 14, head(1, 0.5f)).lr()).isEqualTo(0.5f);
  }

  @Test
  void omegaIsFrozenAfterARestart() {
    StepDecision decision =
        decide(keeping(1).at(4).restarting(), new SelectionState(4, 0), 5, head(2, 4), head(1, 4));

    assertThat(decision.gradNorm()).isEqualTo(1);
    assertThat(decision.restart()).isFalse();
    assertThat(omega(decision, 0)).isEqualTo(2);
    assertThat(omega(decision, 1)).isEqualTo(1);
  }

  @Test
  void whatDisconnectsHeadsIsForeseenHoweverEarlyItIsAskedAndMasksAreNot() {
    Rules rules = keeping(1).every(1).at(3);
    SelectionState selection = START;
    for (long step = 1; step <= 6; step++) {
      StepDecision decision =
          step <= 3
              ? decide(rules, selection, step, head(1, 0.5f), head(1, 0.25f))
              : decide(rules, selection, step, head(1, 0.5f));
      boolean isForeseen = Decide.mayReshape(rules.build(), selection, step);

      assertThat(isForeseen).as("step " + step).isEqualTo(step == 3);
      assertThat(decision.pruned().isEmpty()).isEqualTo(!isForeseen);
      assertThat(Decide.mayReshape(rules.build(), START, step)).isEqualTo(step >= 3);
      selection = decision.after();
    }
  }

  @Test
  void selectionThatABadStepPutsOffIsForeseenAtEveryStepUntilItIsDone() {
    StepRules rules = keeping(1).at(3).build();
    List<LayerReport> reports = List.of(layer(0, 1, head(0, 1, 0.5f), head(1, 1, 0.25f)));
    StepDecision bad = Decide.step(rules, START, new StepOutcome(3, Double.NaN), reports);

    assertThat(Decide.mayReshape(rules, bad.after(), 4)).isTrue();
    assertThat(Decide.mayReshape(keeping(1).withFixedOmega().at(3).build(), START, 3)).isFalse();
  }
}
