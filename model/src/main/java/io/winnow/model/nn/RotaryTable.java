package io.winnow.model.nn;

import io.winnow.model.compute.Rotary;
import io.winnow.model.compute.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * cos(f p) and sin(f p) for the frequencies f of a head's pairs and the positions p from 0 on; the
 * angle f p is a float, as in transformers. It grows to the last position asked for by doubling;
 * its owner closes it.
 */
public final class RotaryTable implements AutoCloseable {
  private static final int SMALLEST = 64;

  private final float[] frequencies; // [width / 2]
  private int positions;
  private @Nullable Tensor cos; // [positions, width / 2]
  private @Nullable Tensor sin;

  /** An empty table; frequencies in radians per position. */
  public RotaryTable(float[] frequencies) {
    this.frequencies = frequencies.clone();
  }

  /** The rotation of rows at these positions; one made before may be invalid then. */
  public Rotary at(int[] positions) {
    int last = 0;
    for (int position : positions) {
      last = Math.max(last, position);
    }
    if (cos == null || sin == null || last >= this.positions) {
      grow(last + 1);
    }
    return new Rotary(cos, sin, positions, 2 * frequencies.length);
  }

  private void grow(int needed) {
    close();
    positions = Math.max(needed, Math.max(SMALLEST, 2 * positions));
    float[] cosines = new float[positions * frequencies.length];
    float[] sines = new float[cosines.length];
    for (int p = 0, at = 0; p < positions; p++) {
      for (float frequency : frequencies) {
        float angle = frequency * p;
        cosines[at] = (float) StrictMath.cos(angle);
        sines[at++] = (float) StrictMath.sin(angle);
      }
    }
    cos = Tensor.of(cosines, positions, frequencies.length);
    sin = Tensor.of(sines, positions, frequencies.length);
  }

  @Override
  public void close() {
    if (cos != null && sin != null) {
      cos.close();
      sin.close();
    }
    cos = null;
    sin = null;
  }
}
