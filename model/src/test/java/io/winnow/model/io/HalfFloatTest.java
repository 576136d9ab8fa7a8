package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.CounterHash;
import org.junit.jupiter.api.Test;

class HalfFloatTest {
  private static final int ALL = 1 << 16;

  @Test
  void everyValueComesBackFromItsWidening() {
    for (int bits = 0; bits < ALL; bits++) {
      float f16 = HalfFloat.fromF16((short) bits);
      float bf16 = HalfFloat.fromBf16((short) bits);
      if (!Float.isNaN(f16)) {
        assertThat(HalfFloat.toF16(f16)).isEqualTo((short) bits);
      }
      if (!Float.isNaN(bf16)) {
        assertThat(HalfFloat.toBf16(bf16)).isEqualTo((short) bits);
      }
    }
    assertThat(HalfFloat.fromF16(HalfFloat.toF16(Float.NaN))).isNaN();
    assertThat(HalfFloat.fromBf16(HalfFloat.toBf16(Float.intBitsToFloat(0x7f800001)))).isNaN();
  }

  @Test
  void noOtherValueIsNearer() {
    for (int i = 0; i < 200_000; i++) {
      float value = Float.intBitsToFloat((int) CounterHash.below(7, i, 0x7f800000));
      requireNearest(value, bits -> HalfFloat.fromBf16((short) bits), HalfFloat.toBf16(value));
      float small = value(i);
      requireNearest(small, bits -> HalfFloat.fromF16((short) bits), HalfFloat.toF16(small));
    }
  }

  /** Of any size between the least F16 and the largest. */
  private static float value(int i) {
    int exponent = (int) CounterHash.below(8, i, 41) - 25;
    return (float) Math.scalb(1.0 + CounterHash.uniform(9, i), exponent);
  }

  private interface Widening {
    float of(int bits);
  }

  private static void requireNearest(float value, Widening widening, short rounded) {
    double distance = Math.abs((double) widening.of(rounded) - value);
    if (Double.isInfinite(distance)) {
      return; // beyond the largest
    }
    for (int next : new int[] {rounded - 1, rounded + 1}) {
      if (next >= 0) {
        double other = Math.abs((double) widening.of(next) - value);
        assertThat(other)
            .as("%s next to %s", widening.of(next), value)
            .isGreaterThanOrEqualTo(distance);
        if (other == distance) {
          assertThat(rounded & 1).as("tie of %s", value).isZero();
        }
      }
    }
  }

  @Test
  void whatIsBeyondTheRangeIsInfinite() {
    assertThat(HalfFloat.fromF16(HalfFloat.toF16(65519f))).isEqualTo(65504f);
    assertThat(HalfFloat.fromF16(HalfFloat.toF16(65520f))).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(HalfFloat.fromF16(HalfFloat.toF16(-1e30f))).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(HalfFloat.fromBf16(HalfFloat.toBf16(Float.MAX_VALUE)))
        .isEqualTo(Float.POSITIVE_INFINITY);
  }
}
