package io.winnow.model.nn;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import org.jspecify.annotations.Nullable;

/**
 * Question answering: logits = x W^T + b, {@code [examples * length, 2]}, from the last states x of
 * all tokens; the columns are those to begin and to end an answer.
 */
public final class SpanHead implements OutputHead {
  private static final int COLUMNS = 2;

  private final Linear outputs;
  private final Buffer logits; // [examples * length, 2]
  private @Nullable Matrix states; // of the last forward

  public SpanHead(Compute compute, Linear outputs) {
    this.outputs = outputs;
    this.logits = compute.workspace().buffer();
  }

  @Override
  public OutputRows reads() {
    return OutputRows.ALL;
  }

  @Override
  public Matrix forward(Pass pass, Matrix x) {
    states = x;
    Matrix result = logits.matrix(x.rows(), COLUMNS);
    outputs.forward(pass, x, result);
    return result;
  }

  @Override
  public Matrix logits() {
    return logits.last();
  }

  @Override
  public void backward(Pass pass, Matrix dLogits, boolean goesOn) {
    if (states == null) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    outputs.backward(pass, states, dLogits);
  }

  @Override
  public void setInputGradient(Pass pass, Matrix dLogits, Matrix dx) {
    outputs.setInputGradient(pass, dLogits, dx);
  }
}
