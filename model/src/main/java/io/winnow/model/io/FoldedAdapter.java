package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import java.util.Arrays;

/**
 * One surviving head with omega and scale folded into B, so that a reader which multiplies by its
 * own scale gets W + omega * scale * B A.
 */
record FoldedAdapter(String module, int in, int out, int rank, float[] a, float[] b) {

  /**
   * Folds in double and rounds once.
   *
   * @param readerScale what the reader will multiply by
   */
  static FoldedAdapter of(AdapterSpec spec, AdapterState state, double readerScale) {
    if (state.a().length != state.rank() * spec.in()
        || state.b().length != spec.out() * state.rank()) {
      throw new IllegalStateException(
          "%s: rank %d, A has %d values, B has %d; in %d, out %d"
              .formatted(
                  spec.id(),
                  state.rank(),
                  state.a().length,
                  state.b().length,
                  spec.in(),
                  spec.out()));
    }
    double factor = (double) state.omega() * spec.scale() / readerScale;
    float[] b = new float[state.b().length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (float) (state.b()[i] * factor);
    }
    return new FoldedAdapter(spec.id().module(), spec.in(), spec.out(), state.rank(), state.a(), b);
  }

  /** The same product with rows of zeros below A and columns of zeros beside B. */
  FoldedAdapter paddedTo(int larger) {
    float[] wideA = Arrays.copyOf(a, larger * in);
    float[] wideB = new float[out * larger];
    for (int row = 0; row < out; row++) {
      System.arraycopy(b, row * rank, wideB, row * larger, rank);
    }
    return new FoldedAdapter(module, in, out, larger, wideA, wideB);
  }
}
