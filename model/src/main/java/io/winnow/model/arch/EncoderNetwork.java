package io.winnow.model.arch;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Convolution;
import io.winnow.model.nn.DisentangledAttention;
import io.winnow.model.nn.EncoderBlock;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The forward and backward sweeps of an {@link Encoder}. */
final class EncoderNetwork extends WiredNetwork {
  private final Encoder architecture;
  private final EncoderConfig config;
  private final EncoderParts parts;
  private final Activations activations;
  private final List<EncoderBlock> blocks;
  private final List<EncoderBlock.Tape> tapes = new ArrayList<>();
  private final EncoderBlock.Tape shared;
  private final Buffer embedded; // [rows, hidden]
  private final Buffer gradient; // [rows, hidden], of the current block's output or input
  private final Buffer lastGradient; // of the last block's output
  private final Buffer convolved; // gradient of the convolution's input [rows, hidden]
  private @Nullable Sweep sweep;

  /**
   * A forward sweep that a backward sweep may follow; blocks below {@code lowest} keep nothing.
   *
   * @param ids rows of each of the embedding's tables
   */
  private record Sweep(
      Tokens tokens,
      Pass pass,
      List<int[]> ids,
      DisentangledAttention.Setting setting,
      int lowest) {}

  EncoderNetwork(Encoder architecture, EncoderParts parts, NetworkSettings settings) {
    super(architecture, parts.compute(), parts.parameters());
    this.architecture = architecture;
    this.config = architecture.config();
    this.parts = parts;
    this.activations = settings.activations();
    this.blocks = parts.blocks();
    Workspace workspace = parts.compute().workspace();
    this.embedded = workspace.buffer();
    this.gradient = workspace.buffer();
    this.lastGradient = workspace.buffer();
    this.convolved = workspace.buffer();
    this.shared = new EncoderBlock.Tape(workspace);
    for (int i = 0; i < blocks.size(); i++) {
      boolean kept = activations == Activations.KEPT;
      tapes.add(kept ? new EncoderBlock.Tape(workspace) : shared.withOwnOutput(workspace));
    }
  }

  @Override
  public boolean forward(Tokens tokens, Pass pass) {
    check(tokens);
    var relative =
        parts.relative() == null ? null : parts.relative().forward(pass, tokens.length());
    var padding = tokens.padding();
    var setting = new DisentangledAttention.Setting(relative, padding, config.padding().queries());
    int lowest = pass.keepsTape() ? lowestLiveBlock() : blocks.size();
    var current = new Sweep(tokens, pass, ids(tokens), setting, lowest);
    sweep = current;
    Matrix x = embedded.matrix(tokens.rows(), config.sizes().hidden());
    parts.embedding().forward(pass, current.ids(), x);
    clearPadding(x, tokens);
    for (int i = 0; i < blocks.size(); i++) {
      if (pass.cancelled().getAsBoolean()) {
        return false;
      }
      x = blocks.get(i).forward(pass, x, setting, i < lowest ? shared : tapes.get(i));
      if (i == 0 && parts.convolution() != null) {
        x = parts.convolution().forward(pass, embedded.last(), x, padding);
      }
    }
    parts.head().forward(pass, headRows(x, tokens));
    return true;
  }

  /** Behind the embeddings' dropout, with which it commutes. */
  private void clearPadding(Matrix x, Tokens tokens) {
    if (config.padding() == EncoderConfig.Padding.CLEARED) {
      backend().clearPadding(x, tokens.padding());
    }
  }

  private Matrix headRows(Matrix last, Tokens tokens) {
    return parts.head().reads() == OutputRows.ALL
        ? last
        : last.everyRow(last.rows() / tokens.examples());
  }

  private List<int[]> ids(Tokens tokens) {
    var ids = new ArrayList<int[]>();
    ids.add(tokens.ids());
    if (config.positions() != null) {
      ids.add(config.positions().of(tokens.ids(), tokens.length()));
    }
    if (config.sizes().types() > 0) {
      ids.add(tokens.types() == null ? new int[tokens.rows()] : tokens.types());
    }
    return ids;
  }

  private void check(Tokens tokens) {
    for (int id : tokens.ids()) {
      if (id < 0 || id >= config.sizes().vocabulary()) {
        throw new IllegalStateException(
            "token id " + id + " is outside the vocabulary of " + config.sizes().vocabulary());
      }
    }
    if (tokens.length() > architecture.longest()) {
      throw UserProblem.failure(
          String.format(
              "a sequence has %d tokens; this model has positions for %d",
              tokens.length(), architecture.longest()));
    }
    if (tokens.types() != null && config.sizes().types() > 0) {
      checkTypes(tokens.types());
    }
  }

  private void checkTypes(int[] types) {
    for (int type : types) {
      if (type < 0 || type >= config.sizes().types()) {
        throw UserProblem.failure(
            String.format(
                "token type %d: this model has %d (type_vocab_size in config.json); tokenizer and"
                    + " model do not belong together",
                type, config.sizes().types()));
      }
    }
  }

  private int lowestLiveBlock() {
    boolean convolved = parts.convolution() != null && parts.convolution().isLive();
    if (isStemLive() || convolved) {
      return 0;
    }
    int lowest = 0;
    while (lowest < blocks.size() && !blocks.get(lowest).isLive()) {
      lowest++;
    }
    return lowest;
  }

  private boolean isStemLive() {
    return parts.embedding().isLive() || isRelativeLive();
  }

  private boolean isRelativeLive() {
    return parts.relative() != null && parts.relative().isLive();
  }

  @Override
  public boolean backward(Matrix dLogits, IntConsumer done) {
    Sweep last = sweep;
    if (last == null || !last.pass().keepsTape()) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    sweep = null;
    clearGradients();
    boolean goesOn = last.lowest() < blocks.size();
    parts.head().backward(last.pass(), dLogits, goesOn);
    if (goesOn) {
      headInputGradient(last, dLogits);
    }
    done.accept(LinearSite.HEAD);
    Matrix dx = gradient.matrix(last.tokens().rows(), config.sizes().hidden());
    return blocksBackward(last, dx, done) && stemBackward(last, dx, done);
  }

  private void headInputGradient(Sweep last, Matrix dLogits) {
    Matrix output = tapes.get(blocks.size() - 1).output();
    Matrix g = lastGradient.matrix(output.rows(), output.columns());
    if (parts.lastRows() != parts.head().reads()) {
      backend().fill(g, 0f);
    }
    parts.head().setInputGradient(last.pass(), dLogits, headRows(g, last.tokens()));
  }

  private boolean blocksBackward(Sweep last, Matrix dx, IntConsumer done) {
    Matrix relative = isRelativeLive() ? parts.relative().clearedGradient() : dx;
    for (int i = blocks.size() - 1; i >= last.lowest(); i--) {
      if (last.pass().cancelled().getAsBoolean()) {
        return false;
      }
      Matrix x = input(i, last.lowest());
      Matrix g = i == blocks.size() - 1 ? lastGradient.last() : dx;
      if (i == 0 && parts.convolution() != null) {
        convolutionBackward(last, parts.convolution(), g);
      }
      if (activations == Activations.RECOMPUTED && i < blocks.size() - 1) {
        blocks.get(i).forward(last.pass(), x, last.setting(), tapes.get(i));
      }
      boolean below = i > last.lowest() || parts.embedding().isLive();
      var needs = new DisentangledAttention.Needs(below, isRelativeLive());
      var step = new EncoderBlock.Step(last.setting(), tapes.get(i), needs, g, dx, relative);
      blocks.get(i).backward(last.pass(), x, step);
      done.accept(i);
    }
    return true;
  }

  private void convolutionBackward(Sweep last, Convolution convolution, Matrix g) {
    boolean below = parts.embedding().isLive();
    Matrix dx = below ? convolved.matrix(g.rows(), g.columns()) : null;
    var flow = new Convolution.Flow(g, dx);
    convolution.backward(last.pass(), embedded.last(), last.tokens().padding(), flow);
  }

  private Matrix input(int block, int lowest) {
    if (block == 0) {
      return embedded.last();
    }
    return block == lowest && !isConvolved(block - 1) ? shared.output() : output(block - 1);
  }

  private Matrix output(int block) {
    return isConvolved(block) ? parts.convolution().output() : tapes.get(block).output();
  }

  private boolean isConvolved(int block) {
    return block == 0 && parts.convolution() != null;
  }

  private boolean stemBackward(Sweep last, Matrix g, IntConsumer done) {
    if (parts.embedding().isLive()) {
      if (parts.convolution() != null) {
        backend().add(g, convolved.last());
      }
      clearPadding(g, last.tokens());
      parts.embedding().backward(last.pass(), last.ids(), g);
    }
    if (isRelativeLive()) {
      parts.relative().backward(last.tokens().length());
    }
    if (isStemLive()) {
      done.accept(LinearSite.STEM);
    }
    return true;
  }

  @Override
  public Matrix hidden(String name) {
    int i = Integer.parseInt(name.substring("hidden_states.".length()));
    return i == 0 ? embedded.last() : output(i - 1);
  }

  @Override
  public Matrix logits() {
    return parts.head().logits();
  }
}
