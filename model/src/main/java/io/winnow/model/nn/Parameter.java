package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Bf16Tensor;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Stored;
import io.winnow.model.compute.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of the base as one compute thread sees it: the shared frozen values, or, once {@link
 * #train() trained}, a copy of its own with a gradient.
 */
public final class Parameter implements AutoCloseable {
  private final String name;
  private final Stored frozen;
  private final int block;
  private @Nullable Tensor widened; // a float copy, once it was asked for
  private @Nullable Tensor trained;
  private @Nullable Tensor gradient;

  /**
   * A frozen parameter.
   *
   * @param block where it lies, as in {@link LinearSite}
   */
  public Parameter(String name, Stored frozen, int block) {
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

  /**
   * The values to compute with. Of a matrix that is stored in bfloat16 a float copy is made and
   * kept: right for small tables; {@link WeightMatrix} widens large ones block by block.
   */
  public Tensor values() {
    if (trained != null) {
      return trained;
    }
    if (frozen instanceof Tensor floats) {
      return floats;
    }
    if (widened == null) {
      widened = Tensor.of(frozen.toArray(), frozen.shape());
    }
    return widened;
  }

  /** y[r] = row ids[r] of this matrix; only those rows are widened. */
  public void gather(Backend backend, int[] ids, Matrix y) {
    Bf16Tensor halves = narrow();
    if (halves == null) {
      backend.gather(y, values().matrix(), ids);
      return;
    }
    for (int r = 0; r < ids.length; r++) {
      backend.widen(y.rows(r, 1), halves, ids[r]);
    }
  }

  /** The values where they are stored in bfloat16 and not trained, else null. */
  @Nullable Bf16Tensor narrow() {
    return trained == null && frozen instanceof Bf16Tensor halves ? halves : null;
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
    if (widened != null) {
      widened.close();
    }
    widened = null;
    if (trained != null) {
      trained.close();
      own(gradient).close();
    }
    trained = null;
    gradient = null;
  }
}
