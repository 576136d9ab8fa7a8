package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One transformer block, normalised after each residual sum:
 *
 * <pre>
 *   m = LayerNorm(x + drop(attention(x) Wo^T + bo))
 *   y = LayerNorm(m + drop(feedForward(m)))
 * </pre>
 */
public final class EncoderBlock {
  private final Backend backend;
  private final Layers layers;
  private final Scratch scratch;
  private final OutputRows outputRows;

  /**
   * Which rows of y anybody reads. Behind the last block that is often each sequence's first token
   * alone; then only the attention's keys and values are computed for the others.
   */
  public enum OutputRows {
    ALL,
    FIRST;

    /** Every how many rows of x there is one of y. */
    int step(int length) {
      return this == ALL ? 1 : length;
    }
  }

  /** The parts, and the dropout sites before the two sums. */
  public record Layers(
      DisentangledAttention attention,
      Linear attentionOutput,
      LayerNorm attentionNorm,
      FeedForward feedForward,
      LayerNorm outputNorm,
      Dropout attentionDropout,
      Dropout outputDropout) {}

  public EncoderBlock(Backend backend, Layers layers, Scratch scratch, OutputRows outputRows) {
    this.backend = backend;
    this.layers = layers;
    this.scratch = scratch;
    this.outputRows = outputRows;
  }

  /**
   * Kept from forward to backward. Blocks that no backward sweep reaches may share one, although
   * the output of one is the input of the next: the output is written when the input is done with.
   */
  public static final class Tape {
    private final AttentionTape attention;
    private final NormTape attentionNorm;
    private final Buffer middle; // m [rows, hidden]
    private final FeedForward.Tape feedForward;
    private final NormTape outputNorm;
    private final Buffer output; // y [rows, hidden]

    public Tape(Workspace workspace) {
      this.attention = new AttentionTape(workspace);
      this.attentionNorm = new NormTape(workspace);
      this.middle = workspace.buffer();
      this.feedForward = new FeedForward.Tape(workspace);
      this.outputNorm = new NormTape(workspace);
      this.output = workspace.buffer();
    }

    private Tape(Tape parts, Workspace workspace) {
      this.attention = parts.attention;
      this.attentionNorm = parts.attentionNorm;
      this.middle = parts.middle;
      this.feedForward = parts.feedForward;
      this.outputNorm = parts.outputNorm;
      this.output = workspace.buffer();
    }

    /** With an output of its own; the rest is this one's, to be computed again before backward. */
    public Tape withOwnOutput(Workspace workspace) {
      return new Tape(this, workspace);
    }

    /** The output of the last forward. */
    public Matrix output() {
      return output.last();
    }
  }

  /** Memory of one network that no block keeps across calls. */
  public static final class Scratch {
    private final Buffer branch; // before a residual sum, and its gradient [rows, hidden]
    private final Buffer context; // gradient of the attention's context [rows, hidden]
    private final Buffer wide; // gradient inside the feed-forward layer [rows, width]
    private final int width;

    /**
     * Shared memory.
     *
     * @param width of the feed-forward layer's middle
     */
    public Scratch(Workspace workspace, int width) {
      this.branch = workspace.buffer();
      this.context = workspace.buffer();
      this.wide = workspace.buffer();
      this.width = width;
    }
  }

  public boolean isLive() {
    return layers.outputNorm().isLive() || layers.feedForward().isLive() || isLiveBelow();
  }

  private boolean isLiveBelow() {
    return layers.attentionNorm().isLive()
        || layers.attentionOutput().isLive()
        || layers.attention().isLive();
  }

  /** Computes y from x [rows, hidden]; it lies in the tape. */
  public Matrix forward(Pass pass, Matrix x, DisentangledAttention.Setting setting, Tape tape) {
    layers.attention().forward(pass, x, setting, tape.attention);
    Matrix residual = outputs(x, setting); // [outputs, hidden]
    int rows = residual.rows();
    int hidden = x.columns();
    Matrix branch = scratch.branch.matrix(rows, hidden);
    layers.attentionOutput().forward(pass, outputs(tape.attention.context(), setting), branch);
    Matrix middle = tape.middle.matrix(rows, hidden);
    var sum = new Norm.Input(branch, residual, layers.attentionDropout().mask(pass));
    layers.attentionNorm().forward(sum, middle, kept(pass, tape.attentionNorm, middle));

    layers.feedForward().forward(pass, middle, branch, tape.feedForward);
    Matrix output = tape.output.matrix(rows, hidden);
    sum = new Norm.Input(branch, middle, layers.outputDropout().mask(pass));
    layers.outputNorm().forward(sum, output, kept(pass, tape.outputNorm, output));
    return output;
  }

  /** The rows of all that y is computed for. */
  private Matrix outputs(Matrix all, DisentangledAttention.Setting setting) {
    return all.everyRow(outputRows.step(setting.mask().length()));
  }

  private static Norm.@Nullable Tape kept(Pass pass, NormTape tape, Matrix like) {
    return pass.keepsTape() ? tape.of(like.rows(), like.columns()) : null;
  }

  /**
   * One backward step.
   *
   * @param g the gradient of y; used up
   * @param dx becomes the gradient of x where it is needed; where y has all rows it may be g
   * @param relative where the gradient of the relative rows is added, where it is needed
   */
  public record Step(
      DisentangledAttention.Setting setting,
      Tape tape,
      DisentangledAttention.Needs needs,
      Matrix g,
      Matrix dx,
      Matrix relative) {
    boolean goesOn() {
      return needs.input() || needs.relative();
    }
  }

  /** The gradients of what is live here, from the output down to the lowest that is needed. */
  public void backward(Pass pass, Matrix x, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    layers.outputNorm().backward(g, tape.outputNorm.of(g.rows(), g.columns()));
    boolean below = step.goesOn() || isLiveBelow();
    Matrix dMiddle = scratch.wide.matrix(g.rows(), scratch.width);
    Matrix branch = branch(layers.outputDropout().mask(pass), g);
    var flow = new FeedForward.Flow(tape.middle.last(), branch, below);
    layers.feedForward().backward(pass, flow, tape.feedForward, dMiddle);
    if (below) {
      layers.feedForward().addInputGradient(pass, dMiddle, g);
      attentionBackward(pass, x, step);
    }
  }

  private void attentionBackward(Pass pass, Matrix x, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    layers.attentionNorm().backward(g, tape.attentionNorm.of(g.rows(), g.columns()));
    Matrix branch = branch(layers.attentionDropout().mask(pass), g);
    Matrix context = tape.attention.context();
    layers.attentionOutput().backward(pass, outputs(context, step.setting()), branch);
    if (!step.goesOn() && !layers.attention().isLive()) {
      return;
    }
    Matrix dContext = scratch.context.matrix(context.rows(), context.columns());
    if (outputRows == OutputRows.FIRST) {
      backend.fill(dContext, 0f);
      backend.fill(step.dx(), 0f);
    }
    layers.attentionOutput().setInputGradient(pass, branch, outputs(dContext, step.setting()));
    Matrix residual = outputs(step.dx(), step.setting());
    if (!residual.equals(g)) {
      backend.copy(residual, g);
    }
    var gradients = new DisentangledAttention.Gradients(dContext, step.dx(), step.relative());
    layers
        .attention()
        .backward(
            pass,
            x,
            new DisentangledAttention.Step(
                step.setting(), tape.attention, step.needs(), gradients));
  }

  /** The gradient behind dropout: the sum's own where nothing is dropped. */
  private Matrix branch(DropMask mask, Matrix g) {
    if (mask.dropsNothing()) {
      return g;
    }
    Matrix branch = scratch.branch.matrix(g.rows(), g.columns());
    backend.dropout(branch, g, mask);
    return branch;
  }
}
