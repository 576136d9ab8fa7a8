package io.winnow.model.arch;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.PreNormBlock;
import io.winnow.model.nn.PreNormBlock.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward sweeps of {@link Llama}. Positions count the columns from 0 on, padded
 * or not. Where activations are recomputed, all blocks share one tape, and each block's input is
 * kept instead.
 */
final class LlamaNetwork extends WiredNetwork {
  private final Llama architecture;
  private final LlamaStack stack;
  private final Activations activations;
  private final List<PreNormBlock.Tape> tapes = new ArrayList<>();
  private final PreNormBlock.Tape shared;
  private final List<Buffer> inputs = new ArrayList<>(); // [rows, hidden], where recomputed
  private final Buffer embedded; // [rows, hidden]
  private final Buffer gradient; // [rows, hidden], of the current block's output or input
  private final Buffer normed; // of the last block's output, for the test view
  private @Nullable Sweep sweep;

  /** A forward sweep that a backward sweep may follow; blocks below {@code lowest} keep nothing. */
  private record Sweep(Tokens tokens, Pass pass, Attention.Setting setting, int lowest) {}

  LlamaNetwork(Llama architecture, FrozenBase base, NetworkSettings settings) {
    this(architecture, base, settings, Compute.with(settings.backend()));
  }

  private LlamaNetwork(
      Llama architecture, FrozenBase base, NetworkSettings settings, Compute compute) {
    super(architecture, compute, new Parameters(base, compute, settings.adapterDropout()));
    this.architecture = architecture;
    this.activations = settings.activations();
    this.stack = new LlamaStack(architecture.config(), compute, named(), settings.baseDropout());
    this.shared = new PreNormBlock.Tape(compute.workspace());
    for (int i = 0; i < architecture.blocks(); i++) {
      tapes.add(keepsAll() ? new PreNormBlock.Tape(compute.workspace()) : shared);
      inputs.add(compute.workspace().buffer());
    }
    this.embedded = compute.workspace().buffer();
    this.gradient = compute.workspace().buffer();
    this.normed = compute.workspace().buffer();
  }

  private boolean keepsAll() {
    return activations == Activations.KEPT;
  }

  @Override
  public boolean forward(Tokens tokens, Pass pass) {
    int lowest = pass.keepsTape() ? lowestLiveBlock() : architecture.blocks();
    var sweep = new Sweep(tokens, pass, setting(tokens), lowest);
    this.sweep = sweep;
    Matrix x = embedded.matrix(tokens.rows(), architecture.config().hidden());
    stack.embed(tokens.ids(), x);
    for (int i = 0; i < architecture.blocks(); i++) {
      if (pass.cancelled().getAsBoolean()) {
        return false;
      }
      if (i >= lowest && !keepsAll()) {
        backend().copy(inputs.get(i).matrix(x.rows(), x.columns()), x);
      }
      var tape = i < lowest ? shared : tapes.get(i);
      x = stack.blocks().get(i).forward(pass, x, sweep.setting(), tape);
    }
    stack.head().forward(pass, x, outputs(tokens));
    return true;
  }

  private Attention.Setting setting(Tokens tokens) {
    int[] positions = new int[tokens.rows()];
    Arrays.setAll(positions, row -> row % tokens.length());
    var rotary = stack.rotary().at(positions);
    return new Attention.Setting(AttentionMask.causal(tokens.padding()), rotary, rotary);
  }

  /** The rows that logits are asked for. */
  private int[] outputs(Tokens tokens) {
    int[] rows;
    if (!architecture.config().isLanguage()) {
      rows = new int[tokens.examples()];
      Arrays.setAll(rows, example -> lastToken(tokens, example));
    } else if (tokens.outputs() != null) {
      rows = tokens.outputs();
    } else {
      rows = new int[tokens.rows()];
      Arrays.setAll(rows, row -> row);
    }
    return rows;
  }

  private static int lastToken(Tokens tokens, int example) {
    int row = (example + 1) * tokens.length() - 1;
    while (tokens.mask()[row] == 0) {
      if (--row < example * tokens.length()) {
        throw new IllegalStateException("example " + example + " has no token");
      }
    }
    return row;
  }

  private int lowestLiveBlock() {
    int lowest = 0;
    while (!stack.embeddings().isTrained()
        && lowest < architecture.blocks()
        && !stack.blocks().get(lowest).isLive()) {
      lowest++;
    }
    return lowest;
  }

  @Override
  public boolean backward(Matrix dLogits, IntConsumer done) {
    Sweep last = sweep;
    if (last == null || !last.pass().keepsTape()) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    sweep = null;
    clearGradients();
    boolean goesOn = last.lowest() < architecture.blocks();
    stack.head().backward(last.pass(), dLogits, goesOn);
    Matrix g = gradient.matrix(last.tokens().rows(), architecture.config().hidden());
    if (goesOn) {
      stack.head().setInputGradient(g);
    }
    done.accept(LinearSite.HEAD);
    return blocksBackward(last, g, done) && stemBackward(last, g, done);
  }

  private boolean blocksBackward(Sweep last, Matrix g, IntConsumer done) {
    int top = architecture.blocks() - 1;
    for (int i = top; i >= last.lowest(); i--) {
      if (last.pass().cancelled().getAsBoolean()) {
        return false;
      }
      PreNormBlock block = stack.blocks().get(i);
      if (!keepsAll() && i < top) {
        block.forward(last.pass(), inputs.get(i).last(), last.setting(), shared);
      }
      boolean below = i > last.lowest() || stack.embeddings().isTrained();
      block.backward(last.pass(), new Step(last.setting(), tapes.get(i), g, below));
      done.accept(i);
    }
    return true;
  }

  /** With tied embeddings the head has added its part already. */
  private boolean stemBackward(Sweep last, Matrix g, IntConsumer done) {
    Parameter embeddings = stack.embeddings();
    if (embeddings.isTrained()) {
      backend().scatterAdd(embeddings.gradient().matrix(), last.tokens().ids(), g);
    }
    boolean trained =
        parameters().stream().anyMatch(p -> p.block() == LinearSite.STEM && p.isTrained());
    if (trained) {
      done.accept(LinearSite.STEM);
    }
    return true;
  }

  @Override
  public Matrix hidden(String name) {
    int i = Integer.parseInt(name.substring("hidden_states.".length()));
    Matrix state = i == 0 ? embedded.last() : tapes.get(i - 1).output();
    if (i < architecture.blocks()) {
      return state;
    }
    Matrix result = normed.matrix(state.rows(), state.columns());
    stack.head().normalize(state, result);
    return result;
  }

  @Override
  public Decoding decoding() {
    return architecture.config().isLanguage() ? new LlamaDecoding(stack, shared) : super.decoding();
  }

  @Override
  public Matrix logits() {
    return stack.head().logits();
  }

  @Override
  public void close() {
    stack.close();
    super.close();
  }
}
