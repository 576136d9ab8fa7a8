package io.winnow.model.nn;

import io.winnow.model.compute.Matrix;
import io.winnow.model.nn.EncoderBlock.OutputRows;

/** What makes logits of an encoder's last states. */
public interface OutputHead {
  /** Which of the last states it reads: x below. */
  OutputRows reads();

  /**
   * Computes the logits from x, {@code [examples, hidden]} or {@code [examples * length, hidden]}.
   */
  Matrix forward(Pass pass, Matrix x);

  /** The logits of the last forward, also the place to put their gradient into. */
  Matrix logits();

  /** The layers' own gradients, where they are live or anything below needs them. */
  void backward(Pass pass, Matrix dLogits, boolean goesOn);

  /** dx = the gradient of x, from that of the logits; after {@link #backward}. */
  void setInputGradient(Pass pass, Matrix dLogits, Matrix dx);
}
