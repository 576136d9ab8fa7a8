package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * An attention with its output layer, normalised after the residual sum:
 *
 * <pre>
 *   y = LayerNorm(x + drop(attention(x, memory) Wo^T + bo))       [rows, hidden]
 * </pre>
 */
public final class ResidualAttention {
  private final Backend backend;
  private final Layers layers;
  private final Scratch scratch;

  /** The parts, and the dropout site before the sum. */
  public record Layers(Attention attention, Linear output, LayerNorm norm, Dropout dropout) {}

  public ResidualAttention(Backend backend, Layers layers, Scratch scratch) {
    this.backend = backend;
    this.layers = layers;
    this.scratch = scratch;
  }

  /** Kept from forward to backward. */
  static final class Tape {
    private final Attention.Tape attention;
    private final NormTape norm;
    private final Buffer output; // y [rows, hidden]

    Tape(Workspace workspace) {
      this.attention = new Attention.Tape(workspace);
      this.norm = new NormTape(workspace);
      this.output = workspace.buffer();
    }

    /** The output of the last forward. */
    Matrix output() {
      return output.last();
    }
  }

  /** Memory of one network that no block keeps across calls. */
  public static final class Scratch {
    final Buffer branch; // before a residual sum, and its gradient [rows, hidden]
    private final Buffer context; // gradient of an attention's context [rows, heads * d]

    public Scratch(Workspace workspace) {
      this.branch = workspace.buffer();
      this.context = workspace.buffer();
    }

    /** The gradient behind dropout: the sum's own where nothing is dropped. */
    Matrix gradient(Backend backend, DropMask mask, Matrix g) {
      if (mask.dropsNothing()) {
        return g;
      }
      Matrix dropped = branch.matrix(g.rows(), g.columns());
      backend.dropout(dropped, g, mask);
      return dropped;
    }
  }

  boolean isLive() {
    return layers.norm().isLive() || layers.output().isLive() || layers.attention().isLive();
  }

  /** Computes y; it lies in the tape. */
  Matrix forward(Pass pass, Attention.Inputs inputs, Attention.Setting setting, Tape tape) {
    layers.attention().forward(pass, inputs, setting, tape.attention);
    return sum(pass, inputs.x(), tape);
  }

  /** Puts the keys and values of some rows behind those that a cache holds. */
  void remember(Pass pass, Matrix memory, KeyValues cache) {
    cache.expect(memory.rows() / cache.sequences());
    layers.attention().remember(pass, memory, null, cache);
    cache.append();
  }

  /** Computes y from x and what a cache holds; only for sweeps without a backward. */
  Matrix decode(Pass pass, Matrix x, Attention.Setting setting, Cached cached) {
    layers.attention().decode(pass, x, setting, cached.cache(), cached.tape().attention);
    return sum(pass, x, cached.tape());
  }

  /** A cache, and where the output lies. */
  record Cached(KeyValues cache, Tape tape) {}

  private Matrix sum(Pass pass, Matrix x, Tape tape) {
    Matrix branch = scratch.branch.matrix(x.rows(), x.columns());
    layers.output().forward(pass, tape.attention.context(), branch);
    Matrix y = tape.output.matrix(x.rows(), x.columns());
    Norm.Tape kept = pass.keepsTape() ? tape.norm.of(x.rows(), x.columns()) : null;
    layers.norm().forward(new Norm.Input(branch, x, layers.dropout().mask(pass)), y, kept);
    return y;
  }

  /**
   * One backward step.
   *
   * @param g the gradient of y; becomes that of the sum
   * @param dx what the attention's gradient of x is added to; null where nothing below needs it
   * @param dMemory the same for the memory; {@code dx} again for self-attention
   */
  record Step(
      Attention.Setting setting,
      Tape tape,
      Matrix g,
      @Nullable Matrix dx,
      @Nullable Matrix dMemory) {}

  /** The layers' own gradients, and those of the inputs that are needed. */
  void backward(Pass pass, Attention.Inputs inputs, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    layers.norm().backward(g, tape.norm.of(g.rows(), g.columns()));
    Matrix branch = scratch.gradient(backend, layers.dropout().mask(pass), g);
    Matrix context = tape.attention.context();
    layers.output().backward(pass, context, branch);
    if (step.dx() == null && step.dMemory() == null && !layers.attention().isLive()) {
      return;
    }
    Matrix dContext = scratch.context.matrix(context.rows(), context.columns());
    layers.output().setInputGradient(pass, branch, dContext);
    layers
        .attention()
        .backward(
            pass,
            inputs,
            new Attention.Step(
                step.setting(), tape.attention, dContext, step.dx(), step.dMemory()));
  }
}
