package io.winnow.model.nn;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/** y = drop(f(x W1^T + b1)) W2^T + b2, with heads on both layers. */
public final class FeedForward {
  private final Backend backend;
  private final Linear inner;
  private final Linear outer;
  private final Middle middle;

  /** What lies between the two layers: its width, f, and the dropout behind it. */
  public record Middle(int width, Activation activation, Dropout dropout) {
    /** GELU without dropout. */
    public static Middle gelu(int width) {
      return new Middle(width, Activation.GELU, Dropout.NONE);
    }
  }

  public FeedForward(Compute compute, Linear inner, Linear outer, Middle middle) {
    this.backend = compute.backend();
    this.inner = inner;
    this.outer = outer;
    this.middle = middle;
  }

  /** Kept from forward to backward. */
  public static final class Tape {
    private final Buffer middle; // drop(f(...)) [rows, width]
    private final Buffer slope; // f's derivative [rows, width]

    public Tape(Workspace workspace) {
      this.middle = workspace.buffer();
      this.slope = workspace.buffer();
    }
  }

  public boolean isLive() {
    return inner.isLive() || outer.isLive();
  }

  /** Columns of the middle. */
  public int width() {
    return middle.width();
  }

  /** Computes y [rows, out] from x [rows, in]. */
  public void forward(Pass pass, Matrix x, Matrix y, Tape tape) {
    Matrix between = tape.middle.matrix(x.rows(), width());
    inner.forward(pass, x, between);
    Matrix slope = pass.keepsTape() ? tape.slope.matrix(x.rows(), width()) : null;
    backend.activate(middle.activation(), between, slope, between);
    drop(pass, between);
    outer.forward(pass, between, y);
  }

  private void drop(Pass pass, Matrix between) {
    DropMask mask = middle.dropout().mask(pass);
    if (!mask.dropsNothing()) {
      backend.dropout(between, between, mask);
    }
  }

  /** The layers' own gradients; leaves dLoss/d(input of f) in {@code dMiddle} where asked. */
  public void backward(Pass pass, Flow flow, Tape tape, Matrix dMiddle) {
    outer.backward(pass, tape.middle.last(), flow.g());
    if (!flow.goesOn() && !inner.isLive()) {
      return;
    }
    outer.setInputGradient(pass, flow.g(), dMiddle);
    drop(pass, dMiddle);
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
