package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import org.jspecify.annotations.Nullable;

/**
 * The next token: logits = x E^T + b, {@code [rows, vocabulary]}. E is {@code [vocabulary,
 * hidden]}, often the embedding of the words themselves; b is a constant, or absent.
 */
public final class LanguageHead implements OutputHead {
  private final Backend backend;
  private final Parameter words;
  private final WeightMatrix matrix; // E
  private final @Nullable Parameter bias;
  private final Buffer logits; // [rows, vocabulary]
  private @Nullable Matrix states; // x of the last forward

  /** {@code bias} is {@code [1, vocabulary]}. */
  public LanguageHead(Compute compute, Parameter words, @Nullable Parameter bias) {
    this.backend = compute.backend();
    this.words = words;
    this.matrix = new WeightMatrix(compute, words);
    this.bias = bias;
    this.logits = compute.workspace().buffer();
  }

  @Override
  public OutputRows reads() {
    return OutputRows.ALL;
  }

  /** Computes the logits from x {@code [rows, hidden]}, which must stay until backward. */
  @Override
  public Matrix forward(Pass pass, Matrix x) {
    Matrix result = logits.matrix(x.rows(), words.shape()[0]);
    states = x;
    if (bias == null) {
      matrix.setForward(x, result);
    } else {
      backend.fillRows(result, bias.values());
      matrix.addForward(x, result);
    }
    return result;
  }

  @Override
  public Matrix logits() {
    return logits.last();
  }

  /** Adds to the gradient of E where it is trained. */
  @Override
  public void backward(Pass pass, Matrix dLogits, boolean goesOn) {
    if (!words.isTrained()) {
      return;
    }
    if (states == null) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    backend.addProduct(words.gradient().matrix(), 1f, dLogits.t(), states);
  }

  @Override
  public void setInputGradient(Pass pass, Matrix dLogits, Matrix dx) {
    matrix.setBackward(dLogits, dx);
  }
}
