package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.LoraHead;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.SmallLayer;
import io.winnow.model.train.TensorTraining;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerSnapshotTest {
  private static final LayerPlan PLAN = SmallLayer.plan();

  private static LayerState pruned(LayerState state) {
    long step = state.version() + 1;
    return state.after(
        SmallLayer.decision(step, state, List.of(SmallLayer.FIRST)),
        SmallLayer.gradient(state, step));
  }

  private static void assertRefused(LayerPlan plan, long version, byte[] blob, String why) {
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> LayerSnapshot.read(plan, version, blob))
        .withMessageContaining("layer " + plan.spec().id() + " at step " + version)
        .withMessageContaining(why);
  }

  @Test
  void whatIsReadIsWhatWasWrittenToTheLastBit() {
    LayerState state = SmallLayer.after(3);
    LayerState read = LayerSnapshot.read(PLAN, 3, LayerSnapshot.write(state));

    assertThat(read.version()).isEqualTo(3);
    assertThat(read).usingRecursiveComparison().isEqualTo(state);
    assertThat(LayerSnapshot.write(read)).isEqualTo(LayerSnapshot.write(state));
  }

  @Test
  void everyBitOfAValueAndOfItsStepsSurvives() {
    LoraHead head = SmallLayer.heads(SmallLayer.initial()).get(0);
    OmegaState omega = new OmegaState(-0f, Float.MIN_VALUE, 1e38f, 1L << 40);
    float[] a = {-0f, Float.MIN_VALUE, Float.MAX_VALUE, 1 / 3f, -1e-30f, 7};
    LoraHead odd =
        new LoraHead(head.spec(), 2, a, head.b(), head.momentsA(), head.momentsB(), omega);
    LayerState state = SmallLayer.initial();
    byte[] blob = LayerSnapshot.write(new LayerState(PLAN, 0, List.of(odd), state.tensors()));
    LoraHead read = SmallLayer.heads(LayerSnapshot.read(PLAN, 0, blob)).get(0);

    assertThat(read.omega()).isEqualTo(omega);
    for (int i = 0; i < a.length; i++) {
      assertThat(Float.floatToRawIntBits(read.a()[i])).isEqualTo(Float.floatToRawIntBits(a[i]));
    }
  }

  @Test
  void theSameStateGivesTheSameBytesAndAnotherStateOthers() {
    assertThat(LayerSnapshot.write(SmallLayer.after(3)))
        .isEqualTo(LayerSnapshot.write(SmallLayer.after(3)))
        .isNotEqualTo(LayerSnapshot.write(SmallLayer.after(4)));
  }

  @Test
  void aRunThatGoesOnFromASnapshotGivesTheSameBytes() {
    LayerState resumed = LayerSnapshot.read(PLAN, 3, LayerSnapshot.write(SmallLayer.after(3)));
    LayerState next =
        resumed.after(SmallLayer.decision(4, resumed, List.of()), SmallLayer.gradient(resumed, 4));

    assertThat(LayerSnapshot.write(next)).isEqualTo(LayerSnapshot.write(SmallLayer.after(4)));
  }

  @Test
  void prunedHeadsAreInNoByteOfTheBlobAndStayPruned() {
    byte[] blob = LayerSnapshot.write(pruned(SmallLayer.after(2)));
    String text = new String(blob, StandardCharsets.ISO_8859_1);

    assertThat(text).doesNotContain(SmallLayer.FIRST.module()).contains("block.1.dense.A");
    assertThat(blob).hasSizeLessThan(LayerSnapshot.write(SmallLayer.after(2)).length);
    assertThat(LayerSnapshot.read(PLAN, 3, blob).heads())
        .extracting(head -> head.spec().id())
        .containsExactly(SmallLayer.SECOND);
  }

  @Test
  void aSnapshotOfAnotherLayerOrVersionIsRefused() {
    byte[] blob = LayerSnapshot.write(SmallLayer.after(2));

    assertRefused(SmallLayer.plan(new LayerId(2, "block.2"), 7), 2, blob, "layer = block.1");
    assertRefused(PLAN, 3, blob, "version = 2");
  }

  @Test
  void anotherFileIsRefused() {
    byte[] other = new SafeTensorsWriter().floats("x", new float[] {1}, 1).toBytes();

    assertRefused(PLAN, 2, other, "format = null");
    assertRefused(PLAN, 2, new byte[0], "0 bytes");
  }

  @Test
  void aTruncatedSnapshotIsRefused() {
    byte[] blob = LayerSnapshot.write(SmallLayer.after(2));
    for (int length = 0; length < blob.length; length++) {
      assertRefused(PLAN, 2, Arrays.copyOf(blob, length), "");
    }
  }

  @Test
  void aSnapshotWithOneBitFlippedAnywhereIsRefused() {
    byte[] blob = LayerSnapshot.write(SmallLayer.after(2));
    for (int i = 0; i < blob.length; i++) {
      byte[] damaged = blob.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      assertRefused(PLAN, 2, damaged, "");
    }
  }

  @Test
  void aSnapshotOfAHeadThatTheRunDoesNotHaveIsRefused() {
    LayerSpec spec = PLAN.spec();
    List<AdapterSpec> second = spec.adapters().subList(1, 2);
    LayerPlan without = plan(second, spec.tensors());

    assertRefused(without, 2, LayerSnapshot.write(SmallLayer.after(2)), "block.1.query");
  }

  @Test
  void aSnapshotOfOtherShapesIsRefused() {
    LayerSpec spec = PLAN.spec();
    AdapterId first = SmallLayer.FIRST;
    byte[] blob = LayerSnapshot.write(SmallLayer.after(2));
    List<AdapterSpec> wider = List.of(new AdapterSpec(first, 2, 3, 2, 2f), spec.adapters().get(1));
    List<TensorSpec> taller =
        List.of(new TensorSpec(SmallLayer.WEIGHT, List.of(3, 2), true), spec.tensors().get(1));

    assertRefused(plan(wider, spec.tensors()), 2, blob, first + ".A has shape [2, 3]");
    assertRefused(plan(spec.adapters(), taller), 2, blob, SmallLayer.WEIGHT + " has shape [2, 3]");
  }

  @Test
  void aSnapshotThatLacksATrainedTensorIsRefused() {
    LayerState state = SmallLayer.after(2);
    List<TensorTraining> one = state.tensors().subList(0, 1);
    byte[] blob = LayerSnapshot.write(new LayerState(PLAN, 2, state.heads(), one));

    assertRefused(PLAN, 2, blob, SmallLayer.BIAS);
  }

  private static LayerPlan plan(List<AdapterSpec> heads, List<TensorSpec> tensors) {
    LayerSpec spec = new LayerSpec(PLAN.spec().id(), heads, tensors);
    return new LayerPlan(spec, PLAN.seed(), PLAN.fanInInit(), PLAN.optimizer());
  }
}
