package io.winnow.model.arch;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.AttentionScratch;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.DisentangledAttention;
import io.winnow.model.nn.Dropout;
import io.winnow.model.nn.Embedding;
import io.winnow.model.nn.EncoderBlock;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.FeedForward;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.LogBuckets;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.RelativePositions;
import io.winnow.model.nn.SequenceHead;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The forward and backward sweeps of {@link DebertaV2}. */
final class DebertaV2Network implements Network, HiddenStates {
  private final DebertaV2 architecture;
  private final DebertaV2Config config;
  private final DebertaV2Config.Dropouts dropouts;
  private final Compute compute;
  private final Parameters parameters;
  private final Embedding embedding;
  private final RelativePositions positions;
  private final List<EncoderBlock> blocks = new ArrayList<>();
  private final SequenceHead head;
  private final List<EncoderBlock.Tape> tapes = new ArrayList<>();
  private final EncoderBlock.Tape shared;
  private final Buffer embedded; // [rows, hidden]
  private final Buffer gradient; // [rows, hidden], of the current block's output or input
  private final Buffer lastGradient; // of the last block's output
  private final OutputRows lastRows;
  private @Nullable Sweep sweep;

  /** A forward sweep that a backward sweep may follow; blocks below {@code lowest} keep nothing. */
  private record Sweep(
      Tokens tokens, Pass pass, DisentangledAttention.Setting setting, int lowest) {}

  /** The head reads first tokens, so {@code lastRows} other than FIRST only costs time. */
  DebertaV2Network(
      DebertaV2 architecture, FrozenBase base, NetworkSettings settings, OutputRows lastRows) {
    this.architecture = architecture;
    this.lastRows = lastRows;
    this.config = architecture.config();
    this.dropouts =
        settings.baseDropout() == BaseDropout.OFF
            ? DebertaV2Config.Dropouts.NONE
            : config.dropouts();
    this.compute = Compute.with(settings.backend());
    this.parameters = new Parameters(base, compute, settings.adapterDropout());
    this.embedded = compute.workspace().buffer();
    this.gradient = compute.workspace().buffer();
    this.lastGradient = compute.workspace().buffer();
    this.embedding =
        new Embedding(
            compute,
            parameters.parameter(DebertaV2.WORDS),
            parameters.norm(DebertaV2.WORDS_NORM, config.epsilon()),
            new Dropout("deberta.embeddings", dropouts.hidden()));
    this.positions =
        new RelativePositions(
            compute,
            parameters.parameter(DebertaV2.POSITIONS),
            parameters.norm(DebertaV2.POSITIONS_NORM, config.epsilon()),
            new LogBuckets(config.buckets(), config.farthest()));
    this.head = head();
    this.shared = new EncoderBlock.Tape(compute.workspace());
    addBlocks();
  }

  private void addBlocks() {
    var shape = new DisentangledAttention.Shape(config.heads(), config.headWidth());
    var attentionScratch = new AttentionScratch(compute.workspace(), shape);
    var scratch = new EncoderBlock.Scratch(compute.workspace(), config.intermediate());
    for (int i = 0; i < config.layers(); i++) {
      var rows = i == config.layers() - 1 ? lastRows : OutputRows.ALL;
      var layers = layers(DebertaV2.name(i), attentionScratch);
      blocks.add(new EncoderBlock(compute.backend(), layers, scratch, rows));
      tapes.add(new EncoderBlock.Tape(compute.workspace()));
    }
  }

  private EncoderBlock.Layers layers(String name, AttentionScratch attention) {
    return new EncoderBlock.Layers(
        attention(name, attention),
        parameters.linear(name + DebertaV2.ATTENTION_OUTPUT, ""),
        parameters.norm(name + DebertaV2.ATTENTION_NORM, config.epsilon()),
        new FeedForward(
            compute,
            parameters.linear(name + DebertaV2.INTERMEDIATE, ""),
            parameters.linear(name + DebertaV2.OUTPUT, ""),
            FeedForward.Middle.gelu(config.intermediate())),
        parameters.norm(name + DebertaV2.OUTPUT_NORM, config.epsilon()),
        new Dropout(name + DebertaV2.ATTENTION_OUTPUT, dropouts.hidden()),
        new Dropout(name + DebertaV2.OUTPUT, dropouts.hidden()));
  }

  private DisentangledAttention attention(String name, AttentionScratch scratch) {
    var layers =
        new DisentangledAttention.Layers(
            parameters.linear(name + DebertaV2.QUERY, ""),
            parameters.linear(name + DebertaV2.KEY, ""),
            parameters.linear(name + DebertaV2.VALUE, ""),
            parameters.linear(name + DebertaV2.QUERY, ".relative"),
            parameters.linear(name + DebertaV2.KEY, ".relative"));
    var sites =
        new DisentangledAttention.Dropouts(
            new Dropout(name + ".attention.self.probabilities", dropouts.attention()),
            new Dropout(name + ".attention.self.relative", dropouts.hidden()));
    return new DisentangledAttention(compute.backend(), layers, sites, scratch);
  }

  private SequenceHead head() {
    return new SequenceHead(
        compute,
        new SequenceHead.Layers(
            parameters.linear(DebertaV2.POOLER, ""),
            parameters.linear(DebertaV2.CLASSIFIER, ""),
            new Dropout(DebertaV2.POOLER, dropouts.pooler()),
            new Dropout(DebertaV2.CLASSIFIER, dropouts.classifier()),
            config.labels()));
  }

  @Override
  public boolean forward(Tokens tokens, Pass pass) {
    check(tokens);
    int rows = tokens.rows();
    var relative = positions.forward(pass, tokens.length());
    var setting = new DisentangledAttention.Setting(relative, tokens.padding());
    int lowest = pass.keepsTape() ? lowestLiveBlock() : blocks.size();
    sweep = new Sweep(tokens, pass, setting, lowest);
    Matrix x = embedded.matrix(rows, config.hidden());
    embedding.forward(pass, tokens.ids(), tokens.padding(), x);
    for (int i = 0; i < blocks.size(); i++) {
      if (pass.cancelled().getAsBoolean()) {
        return false;
      }
      x = blocks.get(i).forward(pass, x, setting, i < lowest ? shared : tapes.get(i));
    }
    head.forward(pass, firstTokens(x, tokens));
    return true;
  }

  private Matrix firstTokens(Matrix last, Tokens tokens) {
    return last.everyRow(last.rows() / tokens.examples());
  }

  private void check(Tokens tokens) {
    for (int id : tokens.ids()) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalStateException(
            "token id " + id + " is outside the vocabulary of " + config.vocabulary());
      }
    }
  }

  private int lowestLiveBlock() {
    if (embedding.isLive() || positions.isLive()) {
      return 0;
    }
    int lowest = 0;
    while (lowest < blocks.size() && !blocks.get(lowest).isLive()) {
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
    parameters.clearGradients();
    boolean goesOn = last.lowest() < blocks.size();
    head.backward(last.pass(), dLogits, goesOn);
    if (goesOn) {
      headInputGradient(last);
    }
    done.accept(LinearSite.HEAD);
    Matrix dx = gradient.matrix(last.tokens().rows(), config.hidden());
    return blocksBackward(last, dx, done) && stemBackward(last, dx, done);
  }

  private void headInputGradient(Sweep last) {
    Matrix output = tapes.get(blocks.size() - 1).output();
    Matrix g = lastGradient.matrix(output.rows(), output.columns());
    if (lastRows == OutputRows.ALL) {
      compute.backend().fill(g, 0f);
    }
    head.setInputGradient(last.pass(), firstTokens(g, last.tokens()));
  }

  private boolean blocksBackward(Sweep last, Matrix dx, IntConsumer done) {
    Matrix relative = positions.isLive() ? positions.clearedGradient() : dx;
    for (int i = blocks.size() - 1; i >= last.lowest(); i--) {
      if (last.pass().cancelled().getAsBoolean()) {
        return false;
      }
      boolean below = i > last.lowest() || embedding.isLive();
      var needs = new DisentangledAttention.Needs(below, positions.isLive());
      Matrix g = i == blocks.size() - 1 ? lastGradient.last() : dx;
      var step = new EncoderBlock.Step(last.setting(), tapes.get(i), needs, g, dx, relative);
      blocks.get(i).backward(last.pass(), input(i, last.lowest()), step);
      done.accept(i);
    }
    return true;
  }

  private Matrix input(int block, int lowest) {
    if (block == 0) {
      return embedded.last();
    }
    return block == lowest ? shared.output() : tapes.get(block - 1).output();
  }

  private boolean stemBackward(Sweep last, Matrix g, IntConsumer done) {
    if (embedding.isLive()) {
      Tokens tokens = last.tokens();
      embedding.backward(last.pass(), tokens.ids(), tokens.padding(), g);
    }
    if (positions.isLive()) {
      positions.backward(last.tokens().length());
    }
    if (embedding.isLive() || positions.isLive()) {
      done.accept(LinearSite.STEM);
    }
    return true;
  }

  @Override
  public Matrix hidden(String name) {
    int i = Integer.parseInt(name.substring("hidden_states.".length()));
    return i == 0 ? embedded.last() : tapes.get(i - 1).output();
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public Backend backend() {
    return compute.backend();
  }

  @Override
  public AdapterSlot slot(String path) {
    return parameters.slot(path);
  }

  @Override
  public List<AdapterSlot> slots() {
    return parameters.slots();
  }

  @Override
  public Parameter parameter(String name) {
    return parameters.parameter(name);
  }

  @Override
  public List<Parameter> parameters() {
    return parameters.all();
  }

  @Override
  public Matrix logits() {
    return head.logits();
  }

  @Override
  public void close() {
    parameters.close();
    compute.workspace().close();
  }
}
