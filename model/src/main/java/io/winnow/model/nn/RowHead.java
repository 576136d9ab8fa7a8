package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;

/**
 * Logits of some rows of the last state: those whose next token is asked for, or each sequence's
 * last one.
 *
 * <pre>
 *   logits = RmsNorm(x[rows]) W^T                            [rows.length, logits]
 * </pre>
 */
public final class RowHead {
  private final Backend backend;
  private final RmsNorm norm;
  private final Linear output;
  private final int width;
  private final NormTape tape;
  private final Buffer normed; // [rows.length, hidden]
  private final Buffer gradient; // of normed, then of x[rows]
  private final Buffer logits;
  private int[] rows = {};

  /**
   * The norm and the layer behind it.
   *
   * @param width number of logits of a row
   */
  public RowHead(Compute compute, RmsNorm norm, Linear output, int width) {
    this.backend = compute.backend();
    this.norm = norm;
    this.output = output;
    this.width = width;
    this.tape = new NormTape(compute.workspace());
    this.normed = compute.workspace().buffer();
    this.gradient = compute.workspace().buffer();
    this.logits = compute.workspace().buffer();
  }

  /** Whether the norm or the layer needs a gradient of its own. */
  public boolean isLive() {
    return norm.isLive() || output.isLive();
  }

  /** Computes the logits of these rows of x. */
  public Matrix forward(Pass pass, Matrix x, int[] rows) {
    this.rows = rows;
    Matrix in = normed.matrix(rows.length, x.columns());
    backend.gather(in, x, rows);
    norm.forward(in, in, pass.keepsTape() ? tape.of(rows.length, x.columns()) : null);
    Matrix result = logits.matrix(rows.length, width);
    output.forward(pass, in, result);
    return result;
  }

  /** The logits of the last forward, also the place to put their gradient into. */
  public Matrix logits() {
    return logits.last();
  }

  /** Every row of x as the last block left it, normalised. */
  public void normalize(Matrix x, Matrix y) {
    norm.forward(x, y, null);
  }

  /** The own gradients, where they are live or anything below needs them. */
  public void backward(Pass pass, Matrix dLogits, boolean goesOn) {
    Matrix in = normed.last();
    output.backward(pass, in, dLogits);
    if (goesOn || norm.isLive()) {
      Matrix g = gradient.matrix(in.rows(), in.columns());
      output.setInputGradient(pass, dLogits, g);
      norm.backward(g, tape.of(g.rows(), g.columns()));
    }
  }

  /** dx = the gradient of x, 0 in the rows that nobody asked for; after {@link #backward}. */
  public void setInputGradient(Matrix dx) {
    backend.fill(dx, 0f);
    backend.scatterAdd(dx, rows, gradient.last());
  }
}
