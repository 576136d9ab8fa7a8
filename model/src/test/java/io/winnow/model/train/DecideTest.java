package io.winnow.model.train;

import static io.winnow.model.train.Rules.head;
import static io.winnow.model.train.Rules.id;
import static io.winnow.model.train.Rules.keeping;
import static io.winnow.model.train.Rules.layer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.train.Decide.StepOutcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clipping, rates, omega's step and bad steps; see {@link SelectionTest} for the selection. */
class DecideTest {
  private static final SelectionState START = SelectionState.START;
  private static final SelectionState FINAL_AT_4 = new SelectionState(4, 0);

  private static StepDecision decide(
      Rules rules, SelectionState selection, long step, LayerReport... reports) {
    return Decide.step(rules.build(), selection, new StepOutcome(step, 0.5), List.of(reports));
  }

  @Test
  void clippingIsOverEverythingTrainedOmegaIncluded() {
    StepDecision decision =
        decide(keeping(9).clipping(1), START, 1, layer(0, 4, head(0, 1, 3)), layer(1, 12));

    assertThat(decision.gradNorm()).isEqualTo(5);
    assertThat(decision.clip()).isCloseTo(0.2f, within(1e-6f));
    assertThat(decision.omega().get(id(0)).value()).isEqualTo(1 - 3 * decision.clip());
  }

  @Test
  void aFixedOmegaIsNotInTheNormAndStays() {
    StepDecision decision =
        decide(keeping(1).withFixedOmega().at(1).every(1), START, 1, twoHeadsOfOne());

    assertThat(decision.gradNorm()).isEqualTo(4);
    assertThat(decision.omegaLr()).isZero();
    assertThat(decision.omega()).containsOnlyKeys(id(0), id(1));
    assertThat(decision.omega().values()).containsOnly(OmegaState.initial(1));
    assertThat(decision.after().isFinal()).isFalse();
  }

  private static LayerReport twoHeadsOfOne() {
    return layer(0, 16, head(0, 1, 3), head(1, 1, -3));
  }

  @Test
  void omegaFrozenAfterTheSelectionIsNotInTheNormAndStays() {
    StepDecision decision = decide(keeping(2).at(4).freezing(), FINAL_AT_4, 5, twoHeadsOfOne());

    assertThat(decision.gradNorm()).isEqualTo(4);
    assertThat(decision.omegaLr()).isZero();
    assertThat(decision.omega().values()).containsOnly(OmegaState.initial(1));
  }

  @Test
  void omegaThatTrainsOnAfterTheSelectionMovesAndIsNeverProjectedAgain() {
    StepDecision decision = decide(keeping(1).at(4).every(1), FINAL_AT_4, 5, twoHeadsOfOne());

    assertThat(decision.gradNorm()).isEqualTo(Math.sqrt(16 + 9 + 9));
    assertThat(decision.omega().get(id(0)).value()).isEqualTo(-2);
    assertThat(decision.omega().get(id(1)).value()).isEqualTo(4);
    assertThat(decision.after()).isEqualTo(FINAL_AT_4);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 5, 100})
  void aNormUpToTheLimitAndNoLimitLeaveGradientsAsTheyAre(double limit) {
    StepDecision decision =
        decide(keeping(9).clipping(limit), START, 1, layer(0, 15.999, head(0, 1, 0)));

    assertThat(decision.clip()).isEqualTo(1f);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0.25", "5, 1", "13, 0.5"})
  void theScheduleMultipliesBothRates(long step, float factor) {
    StepDecision decision =
        decide(keeping(9).warmingUpLinearly(4), START, step, layer(0, 1, head(0, 1, 0.5f)));

    assertThat(decision.lr()).isEqualTo(factor);
    assertThat(decision.omegaLr()).isEqualTo(factor);
    assertThat(decision.omega().get(id(0)).value()).isEqualTo(1 - 0.5f * factor);
    assertThat(decision.weightDecay()).isEqualTo(Rules.WEIGHT_DECAY);
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 1, 1",
    "Infinity, 1, 1",
    "-Infinity, 1, 1",
    "1, NaN, 1",
    "1, Infinity, 1",
    "1, 1, NaN",
    "1, 1, -Infinity"
  })
  void aStepThatIsNotFiniteMovesNothingAndIsCounted(
      double loss, double sumOfSquares, float dOmega) {
    List<LayerReport> reports = List.of(layer(0, sumOfSquares, head(0, 2, dOmega), head(1, 1, 1)));
    StepDecision decision =
        Decide.step(
            keeping(1).at(7).every(1).build(),
            new SelectionState(SelectionSettings.NEVER, 2),
            new StepOutcome(7, loss),
            reports);

    assertThat(decision.skipped()).isTrue();
    assertThat(decision.omega().get(id(0))).isEqualTo(OmegaState.initial(2));
    assertThat(decision.omega().get(id(1))).isEqualTo(OmegaState.initial(1));
    assertThat(decision.pruned()).isEmpty();
    assertThat(decision.restart()).isFalse();
    assertThat(decision.after()).isEqualTo(SelectionState.START.withBadSteps(3));
  }

  @Test
  void aBadStepAfterTheSelectionLeavesItFinal() {
    StepDecision decision = decide(keeping(1), FINAL_AT_4, 9, layer(0, Double.NaN, head(0, 1, 1)));

    assertThat(decision.skipped()).isTrue();
    assertThat(decision.after()).isEqualTo(new SelectionState(4, 1));
  }

  @Test
  void aGoodStepEndsARowOfBadOnes() {
    StepDecision decision =
        decide(keeping(1), new SelectionState(4, 2), 9, layer(0, 1, head(0, 1, 1)));

    assertThat(decision.skipped()).isFalse();
    assertThat(decision.after()).isEqualTo(FINAL_AT_4);
  }

  @Test
  void theOrderOfReportsDoesNotMatter() {
    List<LayerReport> reports = new ArrayList<>();
    double[] sums = {1e16, 1, 1, 1e8, 3, 1e16, 1, 7};
    for (int i = 0; i < sums.length; i++) {
      reports.add(layer(i, sums[i], head(2 * i, 1, 0.5f), head(2 * i + 1, 1, 0.5f)));
    }
    StepRules rules = keeping(5).at(3).clipping(1).build();
    StepOutcome outcome = new StepOutcome(3, 0.5);
    StepDecision expected = Decide.step(rules, START, outcome, reports);
    assertThat(expected.pruned()).hasSize(11);

    for (int seed = 0; seed < 50; seed++) {
      List<LayerReport> shuffled = new ArrayList<>(reports);
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(Decide.step(rules, START, outcome, shuffled)).isEqualTo(expected);
    }
  }
}
