package io.winnow.model.compute;

/** Numbers of bfloat16: floats whose lower half is zero. */
public final class Bf16 {
  private static final int LOWER_HALF = 0xffff;
  private static final int QUIET = 0x40;

  private Bf16() {}

  /** The upper half of the nearest one, ties to even; NaN stays NaN. */
  public static short half(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | QUIET); // stays one whatever is cut off
    }
    int even = bits >>> 16 & 1;
    return (short) (bits + 0x7fff + even >>> 16);
  }

  /** The number with this upper half. */
  public static float of(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /** A copy of these values, each the nearest one, ties to even. */
  public static float[] rounded(float[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = of(half(values[i]));
    }
    return rounded;
  }

  /** Whether this value is such a number. */
  public static boolean is(float value) {
    return (Float.floatToRawIntBits(value) & LOWER_HALF) == 0;
  }
}
