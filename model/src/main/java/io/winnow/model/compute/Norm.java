package io.winnow.model.compute;

import org.jspecify.annotations.Nullable;

/** What the layer normalisation kernels work on. */
public final class Norm {
  private Norm() {}

  /** gamma and beta {@code [columns]}, and epsilon. */
  public record Weights(Tensor gamma, Tensor beta, float epsilon) {}

  /** gamma {@code [columns]} and epsilon of an RMS norm. */
  public record Rms(Tensor gamma, float epsilon) {}

  /** The sum that is normalised: residual + drop(x); without a residual x alone. */
  public record Input(Matrix x, @Nullable Matrix residual, DropMask mask) {
    /** x alone. */
    public static Input of(Matrix x) {
      return new Input(x, null, DropMask.NONE);
    }
  }

  /**
   * What the backward pass needs: (x - mean) * rstd {@code [rows, columns]}, rstd {@code [rows,
   * 1]}.
   */
  public record Tape(Matrix normalized, Matrix rstd) {}
}
