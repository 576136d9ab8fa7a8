package io.winnow.model.io;

/**
 * Element types of the safetensors format. All of them are known, so that a file which holds an
 * exotic tensor can still be checked and its other tensors read; only those with {@link
 * #isReadable()} can be read.
 */
public enum DType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; below 8 for the packed types. */
  public int bits() {
    return bits;
  }

  /** Bytes of one element of a type that {@link #isReadable()}. */
  public int bytes() {
    return bits / 8;
  }

  /** F32, F16 and BF16: readable as float. */
  public boolean isFloat() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** I64 and I32: readable as long. */
  public boolean isInteger() {
    return this == I64 || this == I32;
  }

  /** True for the types that Winnow reads. */
  public boolean isReadable() {
    return isFloat() || isInteger();
  }

  /** The names of the types that Winnow reads, for messages. */
  static String readable() {
    return "F32, F16, BF16, I64, I32";
  }
}
