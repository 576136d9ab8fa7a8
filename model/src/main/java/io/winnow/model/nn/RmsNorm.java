package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import org.jspecify.annotations.Nullable;

/** y = x / sqrt(mean(x^2) + eps) * gamma for each row. */
public final class RmsNorm {
  private final Backend backend;
  private final Parameter gamma;
  private final float epsilon;

  /** gamma is {@code [columns]}. */
  public RmsNorm(Compute compute, Parameter gamma, float epsilon) {
    this.backend = compute.backend();
    this.gamma = gamma;
    this.epsilon = epsilon;
  }

  public boolean isLive() {
    return gamma.isTrained();
  }

  /** Computes y; keeps what {@link #backward} needs where there is a tape. */
  public void forward(Matrix x, Matrix y, Norm.@Nullable Tape tape) {
    backend.rmsNorm(y, x, new Norm.Rms(gamma.values(), epsilon), tape);
  }

  /** dy becomes dx, in place; adds to the gradient of gamma where it is trained. */
  public void backward(Matrix dy, Norm.Tape tape) {
    if (gamma.isTrained()) {
      backend.addGammaGradient(gamma.gradient(), dy, tape.normalized());
    }
    backend.rmsNormGradient(dy, dy, new Norm.Rms(gamma.values(), epsilon), tape);
  }
}
