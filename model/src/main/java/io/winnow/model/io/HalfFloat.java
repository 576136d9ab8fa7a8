package io.winnow.model.io;

/**
 * The two 16-bit floating-point formats: widened exactly, narrowed to the nearest value, ties to
 * the even one (Java 17 has no such methods).
 */
final class HalfFloat {
  private HalfFloat() {}

  /** IEEE 754 binary16 to float, exact; NaN payloads are kept. */
  static float fromF16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int widened = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
  }

  /** bfloat16 to float: the upper half of a float's bits. */
  static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Float to the nearest bfloat16; beyond its range infinite, NaN stays NaN. */
  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40); // quiet: the upper half alone could be an infinity
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** Float to the nearest IEEE 754 binary16; beyond its range infinite, NaN stays NaN. */
  static short toF16(float value) {
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude < 0x1p-14f) { // a multiple of 2^-24, the first normal number included
      return (short) (sign | (int) Math.rint((double) magnitude * 0x1p24));
    }
    int bits = Float.floatToRawIntBits(magnitude);
    int rounded = bits + 0xfff + (bits >>> 13 & 1) >>> 13;
    return (short) (sign | Math.min(rounded - (112 << 10), 0x7c00));
  }
}
