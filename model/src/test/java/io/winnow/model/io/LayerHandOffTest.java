package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.Importance;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.SmallLayer;
import io.winnow.model.train.TripletRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LayerHandOffTest {
  private static final String LAYER = SmallLayer.plan().spec().id().name();

  private static LayerHandOff handOff(Map<Long, LayerGradient> sums) {
    return new LayerHandOff(7, SmallLayer.after(3), new TreeMap<>(sums));
  }

  private static LayerHandOff overTheStore(LayerHandOff handOff) {
    return LayerHandOff.read(LAYER, handOff.toBytes());
  }

  @Test
  void successorHasStatePlanAttemptAndSumsToTheLastBit() {
    LayerState state = SmallLayer.after(3);
    LayerHandOff left =
        handOff(Map.of(4L, SmallLayer.gradient(state, 4), 5L, SmallLayer.gradient(state, 5)));
    LayerHandOff read = overTheStore(left);

    assertThat(read).usingRecursiveComparison().isEqualTo(left);
    assertThat(read.state().plan()).isEqualTo(SmallLayer.plan());
    assertThat(read.toBytes()).isEqualTo(left.toBytes());
  }

  @Test
  void stepThatIsNotCompleteIsNotInIt() {
    assertThat(overTheStore(handOff(Map.of())).sums()).isEmpty();
  }

  @Test
  void gradientOfAMaskedHeadStaysEmptyAndThatOfAPrunedOneAbsent() {
    LayerGradient whole = SmallLayer.gradient(SmallLayer.after(3), 4);
    AdapterGradient masked =
        new AdapterGradient(SmallLayer.SECOND, new float[0], new float[0], -0f);
    LayerGradient sum = new LayerGradient(whole.layer(), List.of(masked), whole.tensors());

    LayerGradient read = overTheStore(handOff(Map.of(4L, sum))).sums().get(4L);
    assertThat(read).usingRecursiveComparison().isEqualTo(sum);
    assertThat(Float.floatToRawIntBits(read.adapters().get(0).dOmega()))
        .isEqualTo(Float.floatToRawIntBits(-0f));
  }

  @Test
  void planWithTripletsTravels() {
    LayerPlan plan =
        SmallLayer.plan().training(new TripletRule(0.1f, new Importance.Smoothing(0.85f, 0.85f)));
    LayerState state = LayerState.initial(plan, SmallLayer.initial().published().tensors());
    LayerHandOff left = new LayerHandOff(1, state, new TreeMap<>());

    assertThat(overTheStore(left)).usingRecursiveComparison().isEqualTo(left);
  }

  @Test
  void whatIsDamagedOrOfAnotherLayerIsRefused() {
    byte[] blob = handOff(Map.of()).toBytes();
    byte[] damaged = blob.clone();
    damaged[damaged.length - 1] ^= 1;

    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> LayerHandOff.read("block.9", blob))
        .withMessageContaining("hand-off of layer block.9")
        .withMessageContaining("layer = " + LAYER);
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> LayerHandOff.read(LAYER, damaged))
        .withMessageContaining("sha256");
  }
}
