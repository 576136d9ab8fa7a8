package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.SmallLayer;
import io.winnow.model.train.TwoTripletHeads;
import org.junit.jupiter.api.Test;

/** Snapshots of a layer whose heads have triplets. */
class TripletSnapshotTest {
  private static final LayerPlan PLAN = TwoTripletHeads.plan();

  @Test
  void whatIsReadIsWhatWasWrittenToTheLastBit() {
    LayerState state = TwoTripletHeads.after(11);
    LayerState read = LayerSnapshot.read(PLAN, 11, LayerSnapshot.write(state));

    assertThat(read).usingRecursiveComparison().isEqualTo(state);
    assertThat(LayerSnapshot.write(read)).isEqualTo(LayerSnapshot.write(state));
  }

  @Test
  void aRunThatGoesOnFromTheStepBeforeASelectionGivesTheSameBytes() {
    LayerState resumed =
        LayerSnapshot.read(PLAN, 11, LayerSnapshot.write(TwoTripletHeads.after(11)));

    assertThat(LayerSnapshot.write(TwoTripletHeads.after(resumed, 30)))
        .isEqualTo(LayerSnapshot.write(TwoTripletHeads.after(30)));
  }

  @Test
  void aSnapshotOfHeadsOfTheOtherKindIsRefused() {
    byte[] triplets = LayerSnapshot.write(TwoTripletHeads.after(2));
    byte[] lora = LayerSnapshot.write(SmallLayer.after(2));

    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> LayerSnapshot.read(PLAN.training(null), 2, triplets))
        .withMessageContaining("block.0.query.P")
        .withMessageContaining("not all of which this run has");
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> LayerSnapshot.read(SmallLayer.plan().training(PLAN.triplets()), 2, lora))
        .withMessageContaining("not all of which this run has");
  }
}
