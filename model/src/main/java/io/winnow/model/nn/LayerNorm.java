package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import org.jspecify.annotations.Nullable;

/**
 * y = (s - mean(s)) / sqrt(var(s) + eps) * gamma + beta for each row, s = residual + drop(x).
 * Backward gives ds, which is the gradient in the residual, and before dropout in x.
 */
public final class LayerNorm {
  private final Backend backend;
  private final Parameter gamma;
  private final Parameter beta;
  private final float epsilon;

  /** gamma and beta are {@code [columns]}. */
  public LayerNorm(Compute compute, Parameter gamma, Parameter beta, float epsilon) {
    this.backend = compute.backend();
    this.gamma = gamma;
    this.beta = beta;
    this.epsilon = epsilon;
  }

  public boolean isLive() {
    return gamma.isTrained() || beta.isTrained();
  }

  /** Computes y; keeps what {@link #backward} needs where there is a tape. */
  public void forward(Norm.Input input, Matrix y, Norm.@Nullable Tape tape) {
    backend.layerNorm(y, input, weights(), tape);
  }

  /** dy becomes ds, in place; adds to the gradients of gamma and beta where they are trained. */
  public void backward(Matrix dy, Norm.Tape tape) {
    if (gamma.isTrained()) {
      backend.addGammaGradient(gamma.gradient(), dy, tape.normalized());
    }
    if (beta.isTrained()) {
      backend.addColumnSums(beta.gradient(), dy);
    }
    backend.layerNormGradient(dy, dy, weights(), tape);
  }

  private Norm.Weights weights() {
    return new Norm.Weights(gamma.values(), beta.values(), epsilon);
  }
}
