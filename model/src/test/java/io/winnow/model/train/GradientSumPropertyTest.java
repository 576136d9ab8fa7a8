package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.TensorState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class GradientSumPropertyTest {
  private static final LayerId LAYER = new LayerId(1, "block.1");

  /** Values of many magnitudes, so that the order of a sum shows in its bits. */
  private static LayerGradient micro(long key) {
    float scale = (float) Math.scalb(1.0, (int) (key % 23));
    float[] values = SmallLayer.values(key, 8);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return gradient(values, SmallLayer.values(-key, 4), values[0] + 1);
  }

  private static LayerGradient gradient(float[] a, float[] b, float omega) {
    return new LayerGradient(
        LAYER,
        List.of(
            new AdapterGradient(SmallLayer.FIRST, a, b, omega),
            new AdapterGradient(SmallLayer.SECOND, b, a, -omega)),
        List.of(new TensorState(SmallLayer.WEIGHT, a)));
  }

  private static String bits(LayerGradient gradient) {
    StringBuilder bits = new StringBuilder(gradient.layer().name());
    for (AdapterGradient g : gradient.adapters()) {
      bits.append(g.id());
      append(bits, g.dA());
      append(bits, g.dB());
      append(bits, g.dOmega());
    }
    gradient.tensors().forEach(t -> append(bits.append(t.name()), t.values()));
    return bits.toString();
  }

  private static void append(StringBuilder bits, float... values) {
    for (float value : values) {
      bits.append(' ').append(Float.floatToRawIntBits(value));
    }
  }

  @Property
  void theOrderOfArrivalDoesNotMatter(
      @ForAll @IntRange(min = 1, max = 8) int microBatches, @ForAll long seed) {
    List<Integer> arrivals = new ArrayList<>(IntStream.range(0, microBatches).boxed().toList());
    Collections.shuffle(arrivals, new Random(seed));
    Map<Integer, LayerGradient> arrived = new TreeMap<>();
    arrivals.forEach(i -> arrived.put(i, micro(50L + 7 * i)));
    List<LayerGradient> inOrder =
        IntStream.range(0, microBatches).mapToObj(i -> micro(50L + 7 * i)).toList();

    assertThat(bits(GradientSum.of(List.copyOf(arrived.values()))))
        .isEqualTo(bits(GradientSum.of(inOrder)));
  }

  @Property
  void everyValueIsTheSumFromTheFirstMicroBatchToTheLast(
      @ForAll @IntRange(min = 1, max = 8) int microBatches, @ForAll @IntRange(max = 1000) int key) {
    List<LayerGradient> parts =
        IntStream.range(0, microBatches).mapToObj(i -> micro(key + 13L * i)).toList();
    List<String> before = parts.stream().map(GradientSumPropertyTest::bits).toList();
    LayerGradient sum = GradientSum.of(parts);

    assertThat(sum.adapters().get(1).dOmega())
        .isEqualTo(inOrder(parts, g -> g.adapters().get(1).dOmega()));
    for (int at = 0; at < 8; at++) {
      int i = at;
      assertThat(sum.adapters().get(0).dA()[i])
          .isEqualTo(inOrder(parts, g -> g.adapters().get(0).dA()[i]));
      assertThat(sum.adapters().get(1).dB()[i])
          .isEqualTo(inOrder(parts, g -> g.adapters().get(1).dB()[i]));
      assertThat(sum.tensors().get(0).values()[i])
          .isEqualTo(inOrder(parts, g -> g.tensors().get(0).values()[i]));
    }
    assertThat(parts.stream().map(GradientSumPropertyTest::bits)).isEqualTo(before);
  }

  private static float inOrder(List<LayerGradient> parts, ToDoubleFunction<LayerGradient> value) {
    float sum = (float) value.applyAsDouble(parts.get(0));
    for (LayerGradient part : parts.subList(1, parts.size())) {
      sum += (float) value.applyAsDouble(part);
    }
    return sum;
  }

  @Example
  void theOrderOfMicroBatchesShowsInTheBitsSoItHasToBeFixed() {
    LayerGradient large = gradient(new float[] {1e8f}, new float[] {1e8f}, 1e8f);
    LayerGradient minus = gradient(new float[] {-1e8f}, new float[] {-1e8f}, -1e8f);
    LayerGradient small = gradient(new float[] {1}, new float[] {1}, 1);

    assertThat(bits(GradientSum.of(List.of(large, minus, small))))
        .isNotEqualTo(bits(GradientSum.of(List.of(large, small, minus))));
  }

  @Example
  void aMaskedHeadSumsToAMaskedHead() {
    LayerGradient masked = gradient(new float[0], new float[0], 2);
    LayerGradient sum = GradientSum.of(List.of(masked, masked, masked));

    assertThat(sum.adapters().get(0).dA()).isEmpty();
    assertThat(sum.adapters().get(0).dB()).isEmpty();
    assertThat(sum.adapters().get(0).dOmega()).isEqualTo(6);
  }

  /** With staleness, sweeps of one step may have had the head at different omegas. */
  @Example
  void aSweepThatFoundTheHeadMaskedAddsZeroToThoseThatDidNot() {
    LayerGradient masked = gradient(new float[0], new float[0], 2);
    LayerGradient first = gradient(new float[] {-0f, 2}, new float[] {3}, 1);
    LayerGradient second = gradient(new float[] {-0f, 4}, new float[] {5}, 1);

    assertThat(bits(GradientSum.of(List.of(masked, first, masked, second, masked))))
        .isEqualTo(bits(gradient(new float[] {-0f, 6}, new float[] {8}, 8)));
  }
}
