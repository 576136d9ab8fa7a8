package io.winnow.model.compute;

/**
 * Counter-based randomness: a value is a pure function of its key, so any worker draws the same one
 * at any time and nothing has a state to lose. The mixing function is SplitMix64's finalizer
 * (Steele, Lea, Flood 2014), applied after each word of the key.
 */
public final class CounterHash {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private CounterHash() {}

  /** Folds one more word into a key. */
  public static long with(long key, long word) {
    return mix(key * GOLDEN + mix(word + GOLDEN));
  }

  /** A key from words, in order. */
  public static long key(long... words) {
    long key = 0;
    for (long word : words) {
      key = with(key, word);
    }
    return key;
  }

  /** A key word for a name, the same in every JVM. */
  public static long word(String name) {
    long key = name.length();
    for (int i = 0; i < name.length(); i++) {
      key = with(key, name.charAt(i));
    }
    return key;
  }

  /** 64 well mixed bits of (key, index). */
  public static long bits(long key, long index) {
    return mix(key + (index + 1) * GOLDEN);
  }

  /** Uniform in [0, 1), 24 bits. */
  public static float uniform(long key, long index) {
    return (bits(key, index) >>> 40) * 0x1.0p-24f;
  }

  /** Uniform integer in [0, bound), by the multiply-high method; bias below bound / 2^64. */
  public static long below(long key, long index, long bound) {
    return Math.multiplyHigh(bits(key, index) >>> 1, bound << 1);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
