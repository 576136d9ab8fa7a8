package io.winnow.model.io;

/** The two 16-bit floating-point formats, widened exactly (Java 17 has no such method). */
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
}
