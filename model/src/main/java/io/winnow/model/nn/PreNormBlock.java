package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One transformer block, normalised before each of its two branches:
 *
 * <pre>
 *   m = x + attention(RmsNorm(x)) Wo^T
 *   y = m + feedForward(RmsNorm(m))                          x, m, y [rows, hidden]
 * </pre>
 */
public final class PreNormBlock {
  private final Backend backend;
  private final Layers layers;
  private final Scratch scratch;

  /** The parts. */
  public record Layers(
      RmsNorm attentionNorm,
      Attention attention,
      Linear attentionOutput,
      RmsNorm feedForwardNorm,
      GatedFeedForward feedForward) {
    boolean isLiveInAttention() {
      return attentionNorm.isLive() || attention.isLive();
    }

    boolean isLiveBelowFeedForward() {
      return attentionOutput.isLive() || isLiveInAttention();
    }
  }

  public PreNormBlock(Backend backend, Layers layers, Scratch scratch) {
    this.backend = backend;
    this.layers = layers;
    this.scratch = scratch;
  }

  /**
   * Kept from forward to backward. Blocks that no backward sweep reaches may share one, although
   * the output of one is the input of the next: the output is written when the input is done with.
   */
  public static final class Tape {
    private final NormTape attentionNorm;
    private final Buffer attentionInput; // RmsNorm(x) [rows, hidden]
    private final Attention.Tape attention;
    private final Buffer middle; // m [rows, hidden]
    private final NormTape feedForwardNorm;
    private final Buffer feedForwardInput; // RmsNorm(m) [rows, hidden]
    private final GatedFeedForward.Tape feedForward;
    private final Buffer output; // y [rows, hidden]

    public Tape(Workspace workspace) {
      this.attentionNorm = new NormTape(workspace);
      this.attentionInput = workspace.buffer();
      this.attention = new Attention.Tape(workspace);
      this.middle = workspace.buffer();
      this.feedForwardNorm = new NormTape(workspace);
      this.feedForwardInput = workspace.buffer();
      this.feedForward = new GatedFeedForward.Tape(workspace);
      this.output = workspace.buffer();
    }

    /** The output of the last forward. */
    public Matrix output() {
      return output.last();
    }
  }

  /** Memory of one network that no block keeps across calls. */
  public static final class Scratch {
    private final Buffer branch; // gradient of a branch's input [rows, hidden]
    private final Buffer context; // gradient of the attention's context [rows, heads * width]

    public Scratch(Workspace workspace) {
      this.branch = workspace.buffer();
      this.context = workspace.buffer();
    }
  }

  public boolean isLive() {
    return layers.feedForward().isLive()
        || layers.feedForwardNorm().isLive()
        || layers.isLiveBelowFeedForward();
  }

  /** Computes y from x; it lies in the tape. */
  public Matrix forward(Pass pass, Matrix x, Attention.Setting setting, Tape tape) {
    Matrix in = normed(pass, x, tape);
    layers.attention().forward(pass, Attention.Inputs.self(in), setting, tape.attention);
    return sums(pass, x, tape);
  }

  /**
   * Computes y for rows that go on what a cache holds, and puts their keys and values there; only
   * for sweeps without a backward.
   */
  public Matrix decode(Pass pass, Matrix x, Attention.Setting setting, KeyValues cache, Tape tape) {
    Matrix in = normed(pass, x, tape);
    cache.expect(x.rows() / cache.sequences());
    layers.attention().remember(pass, in, setting.keys(), cache);
    cache.append();
    layers.attention().decode(pass, in, setting, cache, tape.attention);
    return sums(pass, x, tape);
  }

  private Matrix normed(Pass pass, Matrix x, Tape tape) {
    Matrix in = tape.attentionInput.matrix(x.rows(), x.columns());
    layers.attentionNorm().forward(x, in, kept(pass, tape.attentionNorm, x));
    return in;
  }

  private Matrix sums(Pass pass, Matrix x, Tape tape) {
    Matrix middle = tape.middle.matrix(x.rows(), x.columns());
    layers.attentionOutput().forward(pass, tape.attention.context(), middle);
    backend.add(middle, x);
    Matrix in = tape.feedForwardInput.matrix(x.rows(), x.columns());
    layers.feedForwardNorm().forward(middle, in, kept(pass, tape.feedForwardNorm, x));
    Matrix output = tape.output.matrix(x.rows(), x.columns());
    layers.feedForward().forward(pass, in, output, tape.feedForward);
    backend.add(output, middle);
    return output;
  }

  private static Norm.@Nullable Tape kept(Pass pass, NormTape tape, Matrix like) {
    return pass.keepsTape() ? tape.of(like.rows(), like.columns()) : null;
  }

  /**
   * One backward step.
   *
   * @param g the gradient of y; becomes that of x where the sweep goes on below, else it is used up
   * @param goesOn whether anything below needs the gradient of x
   */
  public record Step(Attention.Setting setting, Tape tape, Matrix g, boolean goesOn) {}

  /** The gradients of what is live here, from the output down to the lowest that is needed. */
  public void backward(Pass pass, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    boolean below = step.goesOn() || layers.isLiveBelowFeedForward();
    boolean through = below || layers.feedForwardNorm().isLive();
    var flow = new FeedForward.Flow(tape.feedForwardInput.last(), g, through);
    layers.feedForward().backward(pass, flow, tape.feedForward);
    if (through) {
      Matrix branch = scratch.branch.matrix(g.rows(), g.columns());
      layers.feedForward().setInputGradient(pass, branch);
      layers.feedForwardNorm().backward(branch, tape.feedForwardNorm.of(g.rows(), g.columns()));
      backend.add(g, branch); // dm
    }
    if (below) {
      attentionBackward(pass, step);
    }
  }

  private void attentionBackward(Pass pass, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    Matrix context = tape.attention.context();
    layers.attentionOutput().backward(pass, context, g);
    if (!step.goesOn() && !layers.isLiveInAttention()) {
      return;
    }
    Matrix dContext = scratch.context.matrix(context.rows(), context.columns());
    layers.attentionOutput().setInputGradient(pass, g, dContext);
    Matrix branch = null;
    if (step.goesOn() || layers.attentionNorm().isLive()) {
      branch = scratch.branch.matrix(g.rows(), g.columns());
      backend.fill(branch, 0f);
    }
    var inputs = Attention.Inputs.self(tape.attentionInput.last());
    var attention = new Attention.Step(step.setting(), tape.attention, dContext, branch, branch);
    layers.attention().backward(pass, inputs, attention);
    if (branch != null) {
      layers.attentionNorm().backward(branch, tape.attentionNorm.of(g.rows(), g.columns()));
      backend.add(g, branch);
    }
  }
}
