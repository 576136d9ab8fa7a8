package io.winnow.model.nn;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/** y = gelu(x W1^T + b1) W2^T + b2, with heads on both layers. */
public final class FeedForward {
  private final Backend backend;
  private final Linear inner;
  private final Linear outer;
  private final int width;

  /**
   * The two layers.
   *
   * @param width of the middle
   */
  public FeedForward(Compute compute, Linear inner, Linear outer, int width) {
    this.backend = compute.backend();
    this.inner = inner;
    this.outer = outer;
    this.width = width;
  }

  /** Kept from forward to backward. */
  public static final class Tape {
    private final Buffer middle; // gelu's output [rows, width]
    private final Buffer slope; // gelu's derivative [rows, width]

    public Tape(Workspace workspace) {
      this.middle = workspace.buffer();
      this.slope = workspace.buffer();
    }
  }

  public boolean isLive() {
    return inner.isLive() || outer.isLive();
  }

  /** Computes y [rows, out] from x [rows, in]. */
  public void forward(Pass pass, Matrix x, Matrix y, Tape tape) {
    Matrix middle = tape.middle.matrix(x.rows(), width);
    inner.forward(pass, x, middle);
    Matrix slope = pass.keepsTape() ? tape.slope.matrix(x.rows(), width) : null;
    backend.activate(Activation.GELU, middle, slope, middle);
    outer.forward(pass, middle, y);
  }

  /** The layers' own gradients; leaves dLoss/d(input of gelu) in {@code dMiddle} where asked. */
  public void backward(Pass pass, Flow flow, Tape tape, Matrix dMiddle) {
    Matrix middle = tape.middle.last();
    outer.backward(pass, middle, flow.g());
    if (!flow.goesOn() && !inner.isLive()) {
      return;
    }
    outer.setInputGradient(pass, flow.g(), dMiddle);
    backend.multiply(dMiddle, tape.slope.last());
    inner.backward(pass, flow.x(), dMiddle);
  }

  /** dx += the gradient in x; after {@link #backward}. */
  public void addInputGradient(Pass pass, Matrix dMiddle, Matrix dx) {
    inner.addInputGradient(pass, dMiddle, dx);
  }

  /**
   * A module's input, the gradient of its output, and whether anything below needs the gradient of
   * its input.
   */
  public record Flow(Matrix x, Matrix g, boolean goesOn) {}
}
