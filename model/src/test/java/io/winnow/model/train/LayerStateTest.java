package io.winnow.model.train;

import static io.winnow.model.train.SmallLayer.FIRST;
import static io.winnow.model.train.SmallLayer.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.io.LayerSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerStateTest {
  private static LayerState step(LayerState state, AdapterId... pruned) {
    long step = state.version() + 1;
    return state.after(
        SmallLayer.decision(step, state, List.of(pruned)), SmallLayer.gradient(state, step));
  }

  @Test
  void startsWithDrawnAZeroBAndOmegaOne() {
    LayerState state = SmallLayer.initial();

    assertThat(state.version()).isZero();
    for (LoraHead head : SmallLayer.heads(state)) {
      float bound = (float) (1 / Math.sqrt(head.spec().in()));
      for (float value : head.a()) {
        assertThat(value).isBetween(-bound, bound).isNotZero();
      }
      assertThat(head.b()).hasSize(head.spec().out() * head.rank()).containsOnly(0f);
      assertThat(head.omega()).isEqualTo(OmegaState.initial(1));
    }
  }

  @Test
  void drawsAreAFunctionOfTheSeedAndDifferBetweenHeads() {
    LayerId id = new LayerId(1, "block.1");
    float[] first = SmallLayer.initial(SmallLayer.plan(id, 7)).heads().get(0).published().a();

    assertThat(SmallLayer.initial(SmallLayer.plan(id, 7)).heads().get(0).published().a())
        .isEqualTo(first);
    assertThat(SmallLayer.initial(SmallLayer.plan(id, 8)).heads().get(0).published().a())
        .isNotEqualTo(first);
    float[] second = SmallLayer.initial(SmallLayer.plan(id, 7)).heads().get(1).published().a();
    assertThat(second).isNotEqualTo(Arrays.copyOf(first, second.length));
  }

  @Test
  void aReportHoldsTheSquaresOfAAndBAndTensorsButNotOfOmega() {
    LayerState state = SmallLayer.initial();
    LayerGradient gradient =
        new LayerGradient(
            state.plan().spec().id(),
            List.of(
                new AdapterGradient(FIRST, new float[] {1, 2}, new float[] {3}, 100),
                new AdapterGradient(SECOND, new float[0], new float[0], 50)),
            List.of(new TensorState(SmallLayer.WEIGHT, new float[] {4})));
    LayerReport report = state.report(gradient);

    assertThat(report.sumOfSquares()).isEqualTo(1 + 4 + 9 + 16);
    assertThat(report.heads())
        .containsExactly(
            new HeadReport(FIRST, OmegaState.initial(1), 100, new HeadSize(2, 3, 2), null),
            new HeadReport(SECOND, OmegaState.initial(1), 50, new HeadSize(2, 2, 4), null));
  }

  @Test
  void aGradientOfAnotherHeadIsRefused() {
    LayerState state = SmallLayer.initial();
    LayerGradient gradient = SmallLayer.gradient(state, 1);
    List<AdapterGradient> swapped = new ArrayList<>(gradient.adapters());
    swapped.add(swapped.remove(0));

    assertThatIllegalStateException()
        .isThrownBy(
            () -> state.report(new LayerGradient(gradient.layer(), swapped, gradient.tensors())))
        .withMessageContaining(FIRST.module())
        .withMessageContaining(SECOND.module());
  }

  @Test
  void aStepMovesEverythingAndTakesOmegaAsDecided() {
    LayerState before = SmallLayer.initial();
    LayerState after = step(before);

    assertThat(after.version()).isEqualTo(1);
    for (int i = 0; i < before.heads().size(); i++) {
      LoraHead head = SmallLayer.heads(after).get(i);
      assertThat(head.a()).doesNotContain(SmallLayer.heads(before).get(i).a());
      assertThat(head.b()).doesNotContain(0f);
      assertThat(head.momentsA().steps()).isEqualTo(1);
      assertThat(head.omega()).isEqualTo(new OmegaState(1.125f, 0.5f, 0.25f, 1));
    }
    for (int i = 0; i < before.tensors().size(); i++) {
      assertThat(after.tensors().get(i).values()).doesNotContain(before.tensors().get(i).values());
    }
  }

  @Test
  void gradientsAreMultipliedByTheClipFactor() {
    LayerState before = SmallLayer.initial();
    StepDecision decision = SmallLayer.decision(1, before, List.of());
    LayerGradient gradient = SmallLayer.gradient(before, 1);
    LoraHead after = SmallLayer.heads(before.after(decision, gradient)).get(0);

    float first = gradient.adapters().get(0).dA()[0] * decision.clip();
    assertThat(after.momentsA().m()[0]).isEqualTo(0.1f * first);
    assertThat(after.momentsA().v()[0]).isEqualTo(0.001f * (first * first));
  }

  @Test
  void aTensorThatDoesNotDecayStaysWithoutAGradient() {
    LayerState before = SmallLayer.initial();
    LayerGradient none =
        new LayerGradient(
            before.plan().spec().id(),
            SmallLayer.gradient(before, 1).adapters(),
            List.of(
                new TensorState(SmallLayer.WEIGHT, new float[6]),
                new TensorState(SmallLayer.BIAS, new float[2])));
    LayerState after = before.after(SmallLayer.decision(1, before, List.of()), none);

    float[] weight = before.tensors().get(0).values().clone();
    for (int i = 0; i < weight.length; i++) {
      weight[i] -= SmallLayer.LR * SmallLayer.DECAY * weight[i];
    }
    assertThat(after.tensors().get(0).values()).containsExactly(weight);
    assertThat(after.tensors().get(1).values()).isEqualTo(before.tensors().get(1).values());
  }

  @Test
  void aSkippedStepChangesNothingButTheVersion() {
    LayerState before = SmallLayer.after(2);
    StepDecision skipped =
        new StepDecision(
            3, true, 0, 0, 0, 0, Double.NaN, Map.of(), List.of(), false, SelectionState.START);
    LayerState after = before.after(skipped, SmallLayer.gradient(before, 3));

    assertThat(after.version()).isEqualTo(3);
    assertThat(after.heads()).isEqualTo(before.heads());
    assertThat(after.tensors()).isEqualTo(before.tensors());
  }

  @Test
  void prunedHeadsAreGoneAndTheOthersGoOnWithTheirOptimizerState() {
    LayerState before = SmallLayer.after(2);
    LayerState after = step(before, FIRST);

    assertThat(after.heads()).extracting(head -> head.spec().id()).containsExactly(SECOND);
    assertThat(SmallLayer.heads(after).get(0).momentsA().steps()).isEqualTo(3);
    assertThat(SmallLayer.heads(after).get(0).b())
        .isEqualTo(SmallLayer.heads(step(before)).get(1).b());
    assertThat(after.published().adapters()).extracting("id").containsExactly(SECOND);
    assertThat(after.plan()).isEqualTo(before.plan());
  }

  @Test
  void aLayerWithoutHeadsAndTensorsIsNotLive() {
    LayerState both = SmallLayer.initial();
    LayerState none = new LayerState(both.plan(), 1, List.of(), List.of());

    assertThat(both.isLive()).isTrue();
    assertThat(step(both, FIRST, SECOND).isLive()).isTrue();
    assertThat(none.isLive()).isFalse();
  }

  @Test
  void aMaskedHeadMovesByItsMomentumAlone() {
    LayerState before = SmallLayer.after(2);
    LayerGradient gradient = SmallLayer.gradient(before, 3);
    LayerState masked = before.after(SmallLayer.decision(3, before, List.of()), masked(gradient));
    LayerState zero = before.after(SmallLayer.decision(3, before, List.of()), zeroed(gradient));

    LoraHead head = SmallLayer.heads(masked).get(0);
    assertThat(head.a()).isNotEqualTo(SmallLayer.heads(before).get(0).a());
    assertThat(head.momentsA().m()[0])
        .isEqualTo(0.9f * SmallLayer.heads(before).get(0).momentsA().m()[0]);
    assertThat(LayerSnapshot.write(masked)).isEqualTo(LayerSnapshot.write(zero));
  }

  private static LayerGradient masked(LayerGradient g) {
    return withFirst(g, new AdapterGradient(FIRST, new float[0], new float[0], 1));
  }

  private static LayerGradient zeroed(LayerGradient g) {
    AdapterGradient first = g.adapters().get(0);
    float[] a = new float[first.dA().length];
    return withFirst(g, new AdapterGradient(FIRST, a, new float[first.dB().length], 1));
  }

  private static LayerGradient withFirst(LayerGradient g, AdapterGradient first) {
    return new LayerGradient(g.layer(), List.of(first, g.adapters().get(1)), g.tensors());
  }

  @Test
  void aRestartRedrawsAAndClearsBAndTheMoments() {
    LayerState before = SmallLayer.after(2);
    LayerState after = before.after(restart(before), SmallLayer.gradient(before, 3));

    assertThat(after.heads()).extracting(h -> h.spec().id()).containsExactly(SECOND);
    LoraHead head = SmallLayer.heads(after).get(0);
    float bound = (float) (1 / Math.sqrt(head.spec().in()));
    assertThat(head.a()).doesNotContain(SmallLayer.heads(SmallLayer.initial()).get(1).a());
    assertThat(head.b()).containsOnly(0f);
    for (float value : head.a()) {
      assertThat(value).isBetween(-bound, bound).isNotZero();
    }
    for (Moments moments : List.of(head.momentsA(), head.momentsB())) {
      assertThat(moments.m()).containsOnly(0f);
      assertThat(moments.v()).containsOnly(0f);
      assertThat(moments.steps()).isZero();
    }
    assertThat(head.omega().value()).isEqualTo(1.375f);
  }

  private static StepDecision restart(LayerState state) {
    StepDecision d = SmallLayer.decision(state.version() + 1, state, List.of(FIRST));
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
        true,
        new SelectionState(d.step(), 0));
  }

  @Test
  void publishedArraysAreNeverWrittenAgain() {
    List<float[]> published = new ArrayList<>();
    LayerState state = SmallLayer.initial();
    List<Integer> hashes = new ArrayList<>();
    for (int step = 0; step < 6; step++) {
      LayerGradient gradient = SmallLayer.gradient(state, step);
      List<float[]> now = arrays(state, gradient);
      published.addAll(now);
      now.forEach(array -> hashes.add(Arrays.hashCode(array)));
      state.report(gradient);
      StepDecision decision =
          step == 4 ? restart(state) : SmallLayer.decision(state.version() + 1, state, List.of());
      state = state.after(decision, gradient);
    }

    assertThat(published.stream().map(Arrays::hashCode).toList()).isEqualTo(hashes);
    assertThat(published).hasSizeGreaterThan(6 * 10);
  }

  private static List<float[]> arrays(LayerState state, LayerGradient gradient) {
    List<float[]> arrays = new ArrayList<>();
    for (LoraHead head : SmallLayer.heads(state)) {
      arrays.addAll(List.of(head.a(), head.b(), head.momentsA().m(), head.momentsA().v()));
      arrays.addAll(List.of(head.momentsB().m(), head.momentsB().v()));
    }
    for (TensorTraining tensor : state.tensors()) {
      arrays.addAll(List.of(tensor.values(), tensor.moments().m(), tensor.moments().v()));
    }
    gradient.adapters().forEach(g -> arrays.addAll(List.of(g.dA(), g.dB())));
    gradient.tensors().forEach(t -> arrays.add(t.values()));
    return arrays;
  }
}
