package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One transformer block, normalised after each residual sum: of an encoder (BERT, RoBERTa, BART),
 * or, with a cross-attention on the encoder's output, of a decoder (BART):
 *
 * <pre>
 *   a = LayerNorm(x + drop(attention(x, x) Wo^T + bo))
 *   c = LayerNorm(a + drop(attention(a, memory) Wc^T + bc))      a itself without a memory
 *   y = LayerNorm(c + drop(feedForward(c)))                      [rows, hidden]
 * </pre>
 */
public final class PostNormBlock {
  private final Backend backend;
  private final Layers layers;
  private final Scratch scratch;

  /** The parts, and the dropout site before the last sum. */
  public record Layers(
      ResidualAttention self,
      @Nullable ResidualAttention cross,
      FeedForward feedForward,
      LayerNorm norm,
      Dropout dropout) {}

  public PostNormBlock(Backend backend, Layers layers, Scratch scratch) {
    this.backend = backend;
    this.layers = layers;
    this.scratch = scratch;
  }

  /** Kept from forward to backward; blocks that no backward sweep reaches may share one. */
  public static final class Tape {
    private final ResidualAttention.Tape self;
    private final ResidualAttention.Tape cross; // stays empty without a memory
    private final FeedForward.Tape feedForward;
    private final NormTape norm;

    public Tape(Workspace workspace) {
      this.self = new ResidualAttention.Tape(workspace);
      this.cross = new ResidualAttention.Tape(workspace);
      this.feedForward = new FeedForward.Tape(workspace);
      this.norm = new NormTape(workspace);
    }
  }

  /** Memory of one network that no block keeps across calls. */
  public static final class Scratch {
    private final ResidualAttention.Scratch attention;
    private final Buffer wide; // gradient inside the feed-forward layer [rows, width]

    public Scratch(Workspace workspace) {
      this.attention = new ResidualAttention.Scratch(workspace);
      this.wide = workspace.buffer();
    }

    /** What the block's attentions share. */
    public ResidualAttention.Scratch attention() {
      return attention;
    }
  }

  /** Who sees whom; cross is null without a memory. */
  public record Setting(Attention.Setting self, Attention.@Nullable Setting cross) {
    /** Of an encoder. */
    public static Setting of(Attention.Setting self) {
      return new Setting(self, null);
    }
  }

  /** What a sweep reads. */
  public record Inputs(Matrix x, @Nullable Matrix memory, Setting setting) {
    private Attention.Inputs cross(Matrix queries) {
      return new Attention.Inputs(queries, Objects.requireNonNull(memory));
    }

    private Attention.Setting crossSetting() {
      return Objects.requireNonNull(setting.cross());
    }
  }

  public boolean isLive() {
    return layers.norm().isLive() || layers.feedForward().isLive() || isLiveBelow();
  }

  private boolean isLiveBelow() {
    return layers.self().isLive() || layers.cross() != null && layers.cross().isLive();
  }

  /** Computes y, which may be the same matrix as x where no backward sweep follows. */
  public void forward(Pass pass, Inputs inputs, Matrix y, Tape tape) {
    var self = Attention.Inputs.self(inputs.x());
    Matrix middle = layers.self().forward(pass, self, inputs.setting().self(), tape.self);
    if (layers.cross() != null) {
      var cross = inputs.cross(middle);
      middle = layers.cross().forward(pass, cross, inputs.crossSetting(), tape.cross);
    }
    feedForward(pass, middle, y, tape);
  }

  private void feedForward(Pass pass, Matrix middle, Matrix y, Tape tape) {
    Matrix branch = scratch.attention.branch.matrix(middle.rows(), middle.columns());
    layers.feedForward().forward(pass, middle, branch, tape.feedForward);
    Norm.Tape kept = pass.keepsTape() ? tape.norm.of(y.rows(), y.columns()) : null;
    layers.norm().forward(new Norm.Input(branch, middle, layers.dropout().mask(pass)), y, kept);
  }

  /** What decoding keeps of one block: of its own rows, and of the memory where there is one. */
  public record Caches(KeyValues self, @Nullable KeyValues cross) {
    /** The memory's. */
    public KeyValues memory() {
      return Objects.requireNonNull(cross);
    }
  }

  /** Fills the cache of the memory. */
  public void remember(Pass pass, Matrix memory, Caches caches) {
    Objects.requireNonNull(layers.cross()).remember(pass, memory, caches.memory());
  }

  /**
   * Reads x, the next rows of each sequence, whose keys and values go behind those of the cache;
   * computes y, which may be x. The inputs' memory is not looked at: its cache is.
   */
  public void decode(Pass pass, Inputs inputs, Matrix y, Decoded decoded) {
    Matrix x = inputs.x();
    Tape tape = decoded.tape();
    layers.self().remember(pass, x, decoded.caches().self());
    var own = new ResidualAttention.Cached(decoded.caches().self(), tape.self);
    Matrix middle = layers.self().decode(pass, x, inputs.setting().self(), own);
    if (layers.cross() != null) {
      var memory = new ResidualAttention.Cached(decoded.caches().memory(), tape.cross);
      middle = layers.cross().decode(pass, middle, inputs.crossSetting(), memory);
    }
    feedForward(pass, middle, y, tape);
  }

  /** A block's caches and its memory for one call. */
  public record Decoded(Caches caches, Tape tape) {}

  /**
   * One backward step.
   *
   * @param g the gradient of y; becomes that of x where it is needed, else it is used up
   * @param goesOn whether anything below needs the gradient of x
   * @param dMemory what the gradient of the memory is added to; null where nothing needs it
   */
  public record Step(Tape tape, Matrix g, boolean goesOn, @Nullable Matrix dMemory) {}

  /** The gradients of what is live here, from the output down to the lowest that is needed. */
  public void backward(Pass pass, Inputs inputs, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    Matrix middle = layers.cross() == null ? tape.self.output() : tape.cross.output();
    layers.norm().backward(g, tape.norm.of(g.rows(), g.columns()));
    Matrix branch = scratch.attention.gradient(backend, layers.dropout().mask(pass), g);
    boolean below = step.goesOn() || step.dMemory() != null || isLiveBelow();
    Matrix dMiddle = scratch.wide.matrix(g.rows(), layers.feedForward().width());
    var flow = new FeedForward.Flow(middle, branch, below);
    layers.feedForward().backward(pass, flow, tape.feedForward, dMiddle);
    if (below) {
      layers.feedForward().addInputGradient(pass, dMiddle, g);
      attentionsBackward(pass, inputs, step);
    }
  }

  private void attentionsBackward(Pass pass, Inputs inputs, Step step) {
    Matrix g = step.g();
    Tape tape = step.tape();
    boolean below = step.goesOn() || layers.self().isLive();
    if (layers.cross() != null) {
      var cross =
          new ResidualAttention.Step(
              inputs.crossSetting(), tape.cross, g, below ? g : null, step.dMemory());
      layers.cross().backward(pass, inputs.cross(tape.self.output()), cross);
    }
    if (below) {
      Matrix dx = step.goesOn() ? g : null;
      var self = new ResidualAttention.Step(inputs.setting().self(), tape.self, g, dx, dx);
      layers.self().backward(pass, Attention.Inputs.self(inputs.x()), self);
    }
  }
}
