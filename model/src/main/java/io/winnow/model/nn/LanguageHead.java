package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The next token: logits = x E^T + b, {@code [rows, vocabulary]}. E is {@code [vocabulary,
 * hidden]}, often the embedding of the words themselves; b is a constant, or absent.
 */
public final class LanguageHead {
  private final Backend backend;
  private final Parameter words;
  private final WeightMatrix matrix; // E
  private final @Nullable Tensor bias;
  private final Buffer logits; // [rows, vocabulary]
  private @Nullable Matrix states; // x of the last forward

  /** {@code bias} is {@code [1, vocabulary]}. */
  public LanguageHead(Compute compute, Parameter words, @Nullable Tensor bias) {
    this.backend = compute.backend();
    this.words = words;
    this.matrix = new WeightMatrix(compute, words);
    this.bias = bias;
    this.logits = compute.workspace().buffer();
  }

  /** Computes the logits from x {@code [rows, hidden]}, which must stay until backward. */
  public Matrix forward(Matrix x) {
    Matrix result = logits.matrix(x.rows(), words.shape()[0]);
    states = x;
    if (bias == null) {
      matrix.setForward(x, result);
    } else {
      backend.fillRows(result, bias);
      matrix.addForward(x, result);
    }
    return result;
  }

  /** The logits of the last forward, also the place to put their gradient into. */
  public Matrix logits() {
    return logits.last();
  }

  /** Adds to the gradient of E where it is trained. */
  public void backward(Matrix dLogits) {
    if (!words.isTrained()) {
      return;
    }
    if (states == null) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    backend.addProduct(words.gradient().matrix(), 1f, dLogits.t(), states);
  }

  /** dx = the gradient of x. */
  public void setInputGradient(Matrix dLogits, Matrix dx) {
    matrix.setBackward(dLogits, dx);
  }
}
