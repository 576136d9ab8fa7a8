package io.winnow.model.nn;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa-v2's convolution over neighbouring tokens, beside the first block:
 *
 * <pre>
 *   C_i = sum over t of x_(i + t - kernel / 2) W_t^T + b,  0 at padding      [rows, hidden]
 *   y   = LayerNorm(residual + f(drop(C))),                0 at padding      [rows, hidden]
 * </pre>
 *
 * within each example, x being 0 outside it. With groups, each group of output columns reads the
 * same group of input columns alone. The file has the weights as {@code [out, in / groups,
 * kernel]}; products want {@code W_t [out, in / groups]}, so they are kept again in that order.
 */
public final class Convolution {
  private final Backend backend;
  private final Layers layers;
  private final Shape shape;
  private final Buffer taps; // W_t one below the other [kernel * hidden, hidden / groups]
  private final Buffer tapGradients; // like taps
  private final Buffer slope; // of f [rows, hidden]
  private final NormTape tape;
  private final Buffer branch; // [rows, hidden]
  private final Buffer output; // y [rows, hidden]
  private boolean isArranged;

  /** The parameters; {@code weight} is [hidden, hidden / groups, kernel]. */
  public record Layers(Parameter weight, Parameter bias, LayerNorm norm, Dropout dropout) {
    boolean isLive() {
      return weight.isTrained() || bias.isTrained() || norm.isLive();
    }
  }

  /**
   * Sizes.
   *
   * @param kernel tokens that one output reads, odd
   */
  public record Shape(int hidden, int kernel, int groups, Activation activation) {
    public Shape {
      if (kernel % 2 == 0 || hidden % groups != 0) {
        throw new IllegalStateException(
            "no convolution of " + kernel + " tokens in " + groups + " groups of " + hidden);
      }
    }

    int groupWidth() {
      return hidden / groups;
    }
  }

  public Convolution(Compute compute, Layers layers, Shape shape) {
    this.backend = compute.backend();
    this.layers = layers;
    this.shape = shape;
    this.taps = compute.workspace().buffer();
    this.tapGradients = compute.workspace().buffer();
    this.slope = compute.workspace().buffer();
    this.tape = new NormTape(compute.workspace());
    this.branch = compute.workspace().buffer();
    this.output = compute.workspace().buffer();
  }

  public boolean isLive() {
    return layers.isLive();
  }

  /** y of the last forward. */
  public Matrix output() {
    return output.last();
  }

  /** Computes y from x and the residual, both [rows, hidden]. */
  public Matrix forward(Pass pass, Matrix x, Matrix residual, PaddingMask mask) {
    arrange();
    Matrix c = branch.matrix(x.rows(), shape.hidden());
    backend.fillRows(c, layers.bias().values());
    for (Reach reach : reaches(mask)) {
      for (int group = 0; group < shape.groups(); group++) {
        Matrix from = reach.inputs(columns(x, group));
        Matrix weight = tap(taps.last(), reach, group).t();
        backend.addProduct(reach.outputs(columns(c, group)), 1f, from, weight);
      }
    }
    backend.clearPadding(c, mask);
    backend.dropout(c, c, layers.dropout().mask(pass));
    Matrix kept = pass.keepsTape() ? slope.matrix(c.rows(), c.columns()) : null;
    backend.activate(shape.activation(), c, kept, c);
    Matrix y = output.matrix(c.rows(), c.columns());
    Norm.Tape norm = pass.keepsTape() ? tape.of(c.rows(), c.columns()) : null;
    layers.norm().forward(new Norm.Input(c, residual, DropMask.NONE), y, norm);
    backend.clearPadding(y, mask);
    return y;
  }

  /** The parameters' gradients; g, that of y, becomes that of the residual. */
  public void backward(Pass pass, Matrix x, PaddingMask mask, Flow flow) {
    Matrix g = flow.g();
    backend.clearPadding(g, mask);
    layers.norm().backward(g, tape.of(g.rows(), g.columns()));
    Matrix dC = branch.matrix(g.rows(), g.columns());
    backend.copy(dC, g);
    backend.multiply(dC, slope.last());
    backend.dropout(dC, dC, layers.dropout().mask(pass));
    backend.clearPadding(dC, mask);
    if (layers.bias().isTrained()) {
      backend.addColumnSums(layers.bias().gradient(), dC);
    }
    if (layers.weight().isTrained()) {
      weightGradient(x, dC, mask);
    }
    if (flow.dx() != null) {
      inputGradient(dC, flow.dx(), mask);
    }
  }

  /**
   * Gradients of a backward step.
   *
   * @param g of y
   * @param dx becomes that of x; null where nothing below needs it
   */
  public record Flow(Matrix g, @Nullable Matrix dx) {}

  /** Where one tap reaches in one example: rows of C, and the rows of x that they read. */
  private record Reach(int tap, int output, int input, int count) {
    Matrix outputs(Matrix all) {
      return all.rows(output, count);
    }

    Matrix inputs(Matrix all) {
      return all.rows(input, count);
    }
  }

  private List<Reach> reaches(PaddingMask mask) {
    var reaches = new ArrayList<Reach>();
    for (int tap = 0; tap < shape.kernel(); tap++) {
      int offset = tap - shape.kernel() / 2;
      int count = mask.length() - Math.abs(offset);
      for (int example = 0; example < mask.examples() && count > 0; example++) {
        int first = example * mask.length();
        int output = first + Math.max(0, -offset);
        reaches.add(new Reach(tap, output, output + offset, count));
      }
    }
    return reaches;
  }

  private void weightGradient(Matrix x, Matrix dC, PaddingMask mask) {
    Matrix dTaps = tapGradients.matrix(taps.last().rows(), taps.last().columns());
    backend.fill(dTaps, 0f);
    for (Reach reach : reaches(mask)) {
      for (int group = 0; group < shape.groups(); group++) {
        Matrix g = reach.outputs(columns(dC, group)).t();
        Matrix into = tap(dTaps, reach, group);
        backend.addProduct(into, 1f, g, reach.inputs(columns(x, group)));
      }
    }
    Tensor gradient = layers.weight().gradient();
    float[] sum = gradient.toArray();
    float[] arranged = dTaps.toArray();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += arranged[place(i)];
    }
    gradient.set(sum);
  }

  private void inputGradient(Matrix dC, Matrix dx, PaddingMask mask) {
    backend.fill(dx, 0f);
    for (Reach reach : reaches(mask)) {
      for (int group = 0; group < shape.groups(); group++) {
        Matrix g = reach.outputs(columns(dC, group));
        Matrix weight = tap(taps.last(), reach, group);
        backend.addProduct(reach.inputs(columns(dx, group)), 1f, g, weight);
      }
    }
  }

  private void arrange() {
    if (isArranged && !layers.weight().isTrained()) {
      return;
    }
    float[] stored = layers.weight().values().toArray();
    float[] ordered = new float[stored.length];
    for (int i = 0; i < stored.length; i++) {
      ordered[place(i)] = stored[i];
    }
    taps.matrix(shape.kernel() * shape.hidden(), shape.groupWidth()).set(ordered);
    isArranged = true;
  }

  /** Where element i of [out, in / groups, kernel] lies in [kernel, out, in / groups]. */
  private int place(int i) {
    int matrix = shape.hidden() * shape.groupWidth();
    return i % shape.kernel() * matrix + i / shape.kernel();
  }

  private Matrix tap(Matrix all, Reach reach, int group) {
    int from = reach.tap() * shape.hidden() + group * shape.groupWidth();
    return all.rows(from, shape.groupWidth());
  }

  private Matrix columns(Matrix all, int group) {
    return all.columns(group * shape.groupWidth(), shape.groupWidth());
  }
}
