package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of the base as one compute thread sees it: the shared frozen values, or, once {@link
 * #train() trained}, a copy of its own with a gradient.
 */
public final class Parameter implements AutoCloseable {
  private final String name;
  private final Tensor frozen;
  private final int block;
  private @Nullable Tensor trained;
  private @Nullable Tensor gradient;

  /**
   * A frozen parameter.
   *
   * @param block where it lies, as in {@link LinearSite}
   */
  public Parameter(String name, Tensor frozen, int block) {
    this.name = name;
    this.frozen = frozen;
    this.block = block;
  }

  public String name() {
    return name;
  }

  public int block() {
    return block;
  }

  public int[] shape() {
    return frozen.shape();
  }

  /** The values to compute with. */
  public Tensor values() {
    return trained == null ? frozen : trained;
  }

  public boolean isTrained() {
    return trained != null;
  }

  /** Makes this parameter trainable; it starts with the frozen values. */
  public void train() {
    if (trained == null) {
      trained = Tensor.of(frozen.toArray(), frozen.shape());
      gradient = Tensor.zeros(frozen.shape());
    }
  }

  /** Replaces the trained values. */
  public void set(float[] values) {
    own(trained).set(values);
  }

  /** Sum of the gradients since {@link #clearGradient}. */
  public Tensor gradient() {
    return own(gradient);
  }

  /** Sets the gradient to zero. */
  public void clearGradient(Backend backend) {
    if (gradient != null) {
      backend.fill(gradient.matrix(), 0f);
    }
  }

  private Tensor own(@Nullable Tensor tensor) {
    if (tensor == null) {
      throw new IllegalStateException("parameter " + name + " is frozen");
    }
    return tensor;
  }

  /** Releases what is this parameter's own; the frozen values belong to the base. */
  @Override
  public void close() {
    if (trained != null) {
      trained.close();
      own(gradient).close();
    }
    trained = null;
    gradient = null;
  }
}
