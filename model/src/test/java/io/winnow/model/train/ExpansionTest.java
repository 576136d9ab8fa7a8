package io.winnow.model.train;

import static io.winnow.model.train.Rules.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.train.Decide.StepOutcome;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several selections, growth and budgets: what a step decides, and what a layer does by it. */
class ExpansionTest {
  private static final long NEVER = SelectionSettings.NEVER;

  private static StepRules plus(Rule rule, int times) {
    return rules(
        new SelectionSettings(
            new Budget.Heads(0),
            rule,
            3L * times,
            NEVER,
            OmegaAfter.FREEZE,
            AfterSelection.CONTINUE,
            List.of(),
            new ExpansionSettings(3, times, ExpansionRule.SMART)));
  }

  private static StepRules rules(SelectionSettings selection) {
    StepRules any = Rules.keeping(1).build();
    return new StepRules(any.optimizer(), any.schedule(), selection, true, Rules.TOTAL);
  }

  private static StepRules rounds(Budget last, SelectionRound... rounds) {
    return rules(
        new SelectionSettings(
            last,
            Rule.MAGNITUDE,
            9,
            1,
            OmegaAfter.TRAIN,
            AfterSelection.CONTINUE,
            List.of(rounds),
            null));
  }

  /** Heads of rank 2, [3 -> 8], omega as given; those that are 0 are gone. */
  private static List<LayerReport> heads(float... omega) {
    List<HeadReport> heads = new ArrayList<>();
    for (int i = 0; i < omega.length; i++) {
      if (omega[i] != 0f) {
        heads.add(head(i, omega[i], new HeadSize(2, 3, 8), null));
      }
    }
    return List.of(Rules.layer(0, 1, heads.toArray(HeadReport[]::new)));
  }

  /** Its gradient is next to nothing, but there. */
  private static HeadReport head(int i, float omega, HeadSize size, @Nullable Float norm) {
    return new HeadReport(id(i), OmegaState.initial(omega), 1e-9f, size, norm);
  }

  private static StepDecision decide(
      StepRules rules, SelectionState before, long step, List<LayerReport> reports) {
    return Decide.step(rules, before, new StepOutcome(step, 0.5), reports);
  }

  @Test
  void eachRoundHalvesTheHeadsAndGrowsTheSurvivors() {
    StepRules rules = plus(Rule.MAGNITUDE, 2);
    StepDecision quiet = decide(rules, SelectionState.START, 2, heads(5, 4, 3, 2, 1));
    assertThat(quiet.pruned()).isEmpty();
    assertThat(quiet.expansion()).isEqualTo(Expansion.NONE);

    StepDecision first = decide(rules, quiet.after(), 3, heads(5, 4, -3, 6, 1));
    assertThat(first.pruned()).containsExactly(id(1), id(2), id(4));
    assertThat(first.expansion().ranks()).isEqualTo(Map.of(id(0), 3, id(3), 3));
    assertThat(first.after()).isEqualTo(new SelectionState(NEVER, 0, 1, 5, 5 * 23));

    StepDecision second = decide(rules, first.after(), 6, heads(5, 0, 0, 6, 0));
    assertThat(second.pruned()).containsExactly(id(0));
    assertThat(second.after().isFinal()).isTrue();
    assertThat(second.omegaLr()).isPositive();
    assertThat(decide(rules, second.after(), 7, heads(0, 0, 0, 6, 0)).omegaLr()).isZero();
  }

  @Test
  void bySignThoseThatAreNotPositiveGoToo() {
    StepRules rules = plus(Rule.SIGNED, 1);

    assertThat(decide(rules, SelectionState.START, 3, heads(-1, -2, 3, -4)).pruned())
        .containsExactly(id(0), id(1), id(3));
    assertThat(decide(rules, SelectionState.START, 3, heads(-1, -2, -3, -4)).pruned())
        .containsExactly(id(2), id(3));
  }

  @Test
  void oneHeadIsAlwaysLeft() {
    StepRules rules = plus(Rule.MAGNITUDE, 9);
    StepDecision first = decide(rules, SelectionState.START, 3, heads(1, 2, 3));

    assertThat(first.pruned()).containsExactly(id(0), id(1));
    assertThat(first.after().isFinal()).isTrue();
    StepDecision alone = decide(rules, SelectionState.START, 3, heads(1));
    assertThat(alone.pruned()).isEmpty();
    assertThat(alone.expansion().ranks()).isEmpty();
  }

  @Test
  void aHeadAtItsFullRankDoesNotGrow() {
    List<LayerReport> reports =
        List.of(
            Rules.layer(
                0,
                1,
                head(0, 3, new HeadSize(3, 3, 8), null),
                head(1, 2, new HeadSize(4, 8, 8), null),
                head(2, 1, new HeadSize(1, 8, 8), null),
                head(3, 1, new HeadSize(1, 8, 8), null)));

    assertThat(
            decide(plus(Rule.MAGNITUDE, 1), SelectionState.START, 3, reports).expansion().ranks())
        .isEqualTo(Map.of(id(1), 8));
  }

  @Test
  void expansionComesLateIfItsStepWasBad() {
    StepRules rules = plus(Rule.MAGNITUDE, 2);
    StepDecision bad =
        Decide.step(rules, SelectionState.START, new StepOutcome(3, Double.NaN), heads(1, 2, 3, 4));
    StepDecision good = decide(rules, bad.after(), 4, heads(1, 2, 3, 4));

    assertThat(bad.expansion().ranks()).isEmpty();
    assertThat(good.expansion().ranks()).containsOnlyKeys(id(2), id(3));
    assertThat(good.after().badStepsInRow()).isZero();
  }

  @Test
  void roundsDisconnectOneAfterTheOtherAndMaskForTheNext() {
    StepRules rules = rounds(new Budget.Heads(1), new SelectionRound(4, new Budget.Heads(3)));
    StepDecision masked = decide(rules, SelectionState.START, 3, heads(5, 4, 3, 2));
    assertThat(masked.pruned()).isEmpty();
    assertThat(masked.omega().get(id(3)).value()).isZero();

    StepDecision round = decide(rules, masked.after(), 4, heads(5, 4, 3, 2));
    assertThat(round.pruned()).containsExactly(id(3));
    assertThat(round.after().isFinal()).isFalse();
    assertThat(round.expansion()).isEqualTo(Expansion.NONE);

    StepDecision last = decide(rules, round.after(), 9, heads(5, 4, 3, 0));
    assertThat(last.pruned()).containsExactly(id(1), id(2));
    assertThat(last.after().finalAt()).isEqualTo(9);
  }

  @Test
  void aShareIsOfWhatThereWasAtTheStart() {
    StepRules rules = rounds(new Budget.Fraction(0.5), new SelectionRound(4, new Budget.Heads(3)));
    StepDecision round = decide(rules, SelectionState.START, 4, heads(5, 4, 3, 2));
    StepDecision last = decide(rules, round.after(), 9, heads(5, 4, 3, 0));

    assertThat(last.omega()).containsOnlyKeys(id(0), id(1));
  }

  @Test
  void contributionWeighsOmegaWithWhatTheHeadAdds() {
    HeadSize size = new HeadSize(2, 3, 4);
    StepRules rules = Rules.keeping(1).by(Rule.CONTRIBUTION).at(5).build();
    StepDecision decision =
        decide(
            rules,
            SelectionState.START,
            5,
            List.of(Rules.layer(0, 1, head(0, 2, size, 1f), head(1, -1, size, 3f))));

    assertThat(decision.pruned()).containsExactly(id(0));
    assertThatThrownBy(() -> decide(rules, SelectionState.START, 5, heads(1, 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("reports no norm");
  }

  @Test
  void layerReportsNormsWhereTheRuleAsksForThem() {
    LayerPlan plan = SmallLayer.plan();
    LayerState state = SmallLayer.after(2);
    LayerState asked =
        new LayerState(plan.selectingBy(Rule.CONTRIBUTION), 2, state.heads(), state.tensors());
    LoraHead head = SmallLayer.heads(state).get(0);
    float norm = (float) (2 * ProductNorm.of(head.size(), head.a(), head.b()));

    assertThat(state.report(SmallLayer.gradient(state, 3)).heads().get(0).norm()).isNull();
    assertThat(asked.report(SmallLayer.gradient(asked, 3)).heads().get(0).norm()).isEqualTo(norm);
    assertThat(plan.selectingBy(Rule.SIGNED)).isEqualTo(plan);
  }

  private static StepDecision growing(LayerState state, AdapterId... heads) {
    StepDecision d = SmallLayer.decision(state.version() + 1, state, List.of());
    Map<AdapterId, Integer> ranks = new java.util.TreeMap<>();
    state.heads().stream()
        .filter(head -> List.of(heads).contains(head.spec().id()))
        .forEach(head -> ranks.put(head.spec().id(), head.rank() + 1));
    return new StepDecision(
        d.step(),
        false,
        d.clip(),
        d.lr(),
        d.omegaLr(),
        d.weightDecay(),
        d.gradNorm(),
        d.omega(),
        d.pruned(),
        false,
        new Expansion(ExpansionRule.DUMMY, ranks),
        d.after());
  }

  @Test
  void aHeadThatGrowsGetsNoUpdateAndBeginsWithoutMoments() {
    LayerState before = SmallLayer.after(2);
    LayerState after =
        before.after(growing(before, SmallLayer.FIRST), SmallLayer.gradient(before, 3));
    LoraHead old = SmallLayer.heads(before).get(0);
    LoraHead head = SmallLayer.heads(after).get(0);

    assertThat(head.rank()).isEqualTo(3);
    assertThat(head.spec()).isEqualTo(old.spec());
    assertThat(head.a()).hasSize(9).startsWith(old.a());
    assertThat(head.momentsA()).usingRecursiveComparison().isEqualTo(Moments.zero(9));
    assertThat(head.momentsB()).usingRecursiveComparison().isEqualTo(Moments.zero(6));
    assertThat(head.omega().value()).isEqualTo(old.omega().value() + 0.125f);
    assertThat(SmallLayer.heads(after).get(1).momentsA().steps()).isEqualTo(3);
    assertThat(after.published().adapters().get(0).rank()).isEqualTo(3);
  }

  @Test
  void aCrashInTheVeryStepOfAnExpansionLeavesNoTrace() {
    LayerState before = SmallLayer.after(2);
    LayerState restored = LayerSnapshot.read(before.plan(), 2, LayerSnapshot.write(before));
    LayerState once = twoSteps(before);
    LayerState again = twoSteps(restored);

    assertThat(LayerSnapshot.write(again)).isEqualTo(LayerSnapshot.write(once));
    LayerState read = LayerSnapshot.read(once.plan(), 4, LayerSnapshot.write(once));
    assertThat(read).usingRecursiveComparison().isEqualTo(once);
  }

  private static LayerState twoSteps(LayerState from) {
    LayerState grown =
        from.after(
            growing(from, SmallLayer.FIRST, SmallLayer.SECOND), SmallLayer.gradient(from, 3));
    return grown.after(SmallLayer.decision(4, grown, List.of()), SmallLayer.gradient(grown, 4));
  }

  @Test
  void noiseDiffersByHeadStepAndSeed() {
    LayerPlan plan = SmallLayer.plan();
    var head = plan.spec().adapters().get(0);
    float[] noise = plan.noise(head, 3, 2);

    assertThat(plan.noise(head, 3, 2)).isEqualTo(noise);
    assertThat(plan.noise(head, 4, 2)).isNotEqualTo(noise);
    assertThat(SmallLayer.plan(plan.spec().id(), 8).noise(head, 3, 2)).isNotEqualTo(noise);
  }

  @Test
  void theOrderOfReportsDoesNotMatter() {
    StepRules rules = plus(Rule.MAGNITUDE, 1);
    HeadSize size = new HeadSize(2, 3, 8);
    LayerReport low = Rules.layer(0, 1, head(0, 1, size, null), head(1, 1, size, null));
    LayerReport high = Rules.layer(1, 1, head(2, 1, size, null), head(3, 1, size, null));

    StepDecision expected = decide(rules, SelectionState.START, 3, List.of(low, high));
    assertThat(decide(rules, SelectionState.START, 3, List.of(high, low))).isEqualTo(expected);
    assertThat(expected.pruned()).containsExactly(id(2), id(3));
  }
}
