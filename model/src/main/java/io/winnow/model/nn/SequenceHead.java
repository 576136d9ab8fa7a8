package io.winnow.model.nn;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.EncoderBlock.OutputRows;

/**
 * Sequence classification (or regression) from x, the last state of each sequence's first token:
 *
 * <pre>
 *   logits = drop(f(drop(x) Wp^T + bp)) Wc^T + bc         [examples, labels]
 * </pre>
 */
public final class SequenceHead implements OutputHead {
  private final Backend backend;
  private final Layers layers;
  private final Buffer first; // drop(x) [examples, hidden]
  private final Buffer pooled; // drop(f(...)) [examples, hidden]
  private final Buffer slope; // f's derivative
  private final Buffer gradient; // [examples, hidden]
  private final Buffer logits; // [examples, labels]

  /** The two layers, the function between them, the dropout sites, and the number of logits. */
  public record Layers(
      Linear pooler,
      Activation activation,
      Linear classifier,
      Dropout poolerDropout,
      Dropout dropout,
      int labels) {}

  public SequenceHead(Compute compute, Layers layers) {
    this.backend = compute.backend();
    this.layers = layers;
    this.first = compute.workspace().buffer();
    this.pooled = compute.workspace().buffer();
    this.slope = compute.workspace().buffer();
    this.gradient = compute.workspace().buffer();
    this.logits = compute.workspace().buffer();
  }

  @Override
  public OutputRows reads() {
    return OutputRows.FIRST;
  }

  @Override
  public Matrix forward(Pass pass, Matrix x) {
    Matrix in = first.matrix(x.rows(), x.columns());
    backend.dropout(in, x, layers.poolerDropout().mask(pass));
    Matrix out = pooled.matrix(x.rows(), x.columns());
    layers.pooler().forward(pass, in, out);
    backend.activate(layers.activation(), out, slope.matrix(out.rows(), out.columns()), out);
    backend.dropout(out, out, layers.dropout().mask(pass));
    Matrix result = logits.matrix(out.rows(), layers.labels());
    layers.classifier().forward(pass, out, result);
    return result;
  }

  @Override
  public Matrix logits() {
    return logits.last();
  }

  @Override
  public void backward(Pass pass, Matrix dLogits, boolean goesOn) {
    layers.classifier().backward(pass, pooled.last(), dLogits);
    if (!goesOn && !layers.pooler().isLive()) {
      return;
    }
    Matrix g = gradient.matrix(dLogits.rows(), pooled.last().columns());
    layers.classifier().setInputGradient(pass, dLogits, g);
    backend.dropout(g, g, layers.dropout().mask(pass));
    backend.multiply(g, slope.last());
    layers.pooler().backward(pass, first.last(), g);
  }

  @Override
  public void setInputGradient(Pass pass, Matrix dLogits, Matrix dx) {
    layers.pooler().setInputGradient(pass, gradient.last(), dx);
    backend.dropout(dx, dx, layers.poolerDropout().mask(pass));
  }
}
