package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One use of a frozen linear layer with room for a LoRA head:
 *
 * <pre>
 *   y = x W^T + b + omega s (drop(x) A^T) B^T       x [rows, in], y [rows, out]
 *
 *   u  = drop(x) A^T                                [rows, r]
 *   G  = g^T u                                      [out, r]     g [rows, out], dLoss/dy
 *   h  = g B                                        [rows, r]
 *   dOmega += s sum(B * G)
 *   dB     += omega s G                             [out, r]
 *   dA     += omega s h^T drop(x)                   [r, in]
 *   dx      = g W + drop'(omega s h A)              [rows, in]
 *   dW     += g^T x,  db += sum of rows of g        only where they are trained
 * </pre>
 *
 * Layers of some families have no b.
 *
 * <p>A layer that is used twice in a sweep is two of these over the same weights and slot.
 */
public final class Linear {
  private final Backend backend;
  private final Weights weights;
  private final WeightMatrix matrix; // W [out, in]
  private final Dropout dropout;
  private final Buffer scratch; // [rows, in], kept by nobody
  private final Buffer low; // u, from forward to backward
  private final Buffer back; // h, from backward to the input gradient
  private final Buffer cross; // G

  /** What several uses of one layer share; the bias is null where the layer has none. */
  public record Weights(Parameter weight, @Nullable Parameter bias, AdapterSlot slot) {
    /** Whether this layer needs a gradient of its own. */
    public boolean isLive() {
      return slot.isBound() || weight.isTrained() || bias != null && bias.isTrained();
    }
  }

  /**
   * A use.
   *
   * @param dropout on the head's input; its site names the use
   */
  public Linear(Compute compute, Weights weights, Dropout dropout) {
    this.backend = compute.backend();
    this.weights = weights;
    this.matrix = new WeightMatrix(compute, weights.weight());
    this.dropout = dropout;
    this.scratch = compute.wide();
    this.low = compute.workspace().buffer();
    this.back = compute.workspace().buffer();
    this.cross = compute.workspace().buffer();
  }

  public boolean isLive() {
    return weights.isLive();
  }

  /** Computes y. */
  public void forward(Pass pass, Matrix x, Matrix y) {
    if (weights.bias() == null) {
      matrix.setForward(x, y);
    } else {
      backend.fillRows(y, weights.bias().values());
      matrix.addForward(x, y);
    }
    if (!weights.slot().isBound()) {
      return;
    }
    var head = weights.slot().bound();
    if (head.isMasked() && !pass.keepsTape()) {
      return;
    }
    Matrix u = low.matrix(x.rows(), head.rank);
    backend.product(u, 1f, dropped(pass, x), head.a.matrix().t());
    if (!head.isMasked()) {
      backend.addProduct(y, head.factor(), u, head.b.matrix().t());
    }
  }

  /** Adds to the gradients of the head and of what is trained here; x as in forward. */
  public void backward(Pass pass, Matrix x, Matrix g) {
    if (weights.slot().isBound()) {
      headGradient(pass, x, g);
    }
    if (weights.weight().isTrained()) {
      backend.addProduct(weights.weight().gradient().matrix(), 1f, g.t(), x);
    }
    if (weights.bias() != null && weights.bias().isTrained()) {
      backend.addColumnSums(weights.bias().gradient(), g);
    }
  }

  private void headGradient(Pass pass, Matrix x, Matrix g) {
    var head = weights.slot().bound();
    Matrix u = low.last();
    Matrix b = head.b.matrix();
    Matrix product = cross.matrix(b.rows(), b.columns());
    backend.product(product, 1f, g.t(), u);
    head.dOmega += head.scale * backend.dot(b, product);
    if (head.isMasked()) {
      return;
    }
    backend.addScaled(head.dB.matrix(), head.factor(), product);
    Matrix h = back.matrix(g.rows(), head.rank);
    backend.product(h, 1f, g, b);
    backend.addProduct(head.dA.matrix(), head.factor(), h.t(), dropped(pass, x));
  }

  /** dx = the gradient in x; after {@link #backward}. */
  public void setInputGradient(Pass pass, Matrix g, Matrix dx) {
    matrix.setBackward(g, dx);
    addHeadInputGradient(pass, dx);
  }

  /** dx += the gradient in x; after {@link #backward}. */
  public void addInputGradient(Pass pass, Matrix g, Matrix dx) {
    matrix.addBackward(g, dx);
    addHeadInputGradient(pass, dx);
  }

  private void addHeadInputGradient(Pass pass, Matrix dx) {
    if (!weights.slot().isBound() || weights.slot().bound().isMasked()) {
      return;
    }
    var head = weights.slot().bound();
    DropMask mask = dropout.mask(pass);
    if (mask.dropsNothing()) {
      backend.addProduct(dx, head.factor(), back.last(), head.a.matrix());
      return;
    }
    Matrix through = scratch.matrix(dx.rows(), dx.columns());
    backend.product(through, head.factor(), back.last(), head.a.matrix());
    backend.addDropout(dx, through, mask);
  }

  private Matrix dropped(Pass pass, Matrix x) {
    DropMask mask = dropout.mask(pass);
    if (mask.dropsNothing()) {
      return x;
    }
    Matrix copy = scratch.matrix(x.rows(), x.columns());
    backend.dropout(copy, x, mask);
    return copy;
  }
}
