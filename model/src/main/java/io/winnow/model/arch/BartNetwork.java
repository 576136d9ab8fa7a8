package io.winnow.model.arch;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.PostNormBlock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The forward and backward sweeps of {@link Bart}. Backward goes down the decoder, where every
 * block adds to the gradient of the encoder's output, and then down the encoder if anything there
 * is live.
 */
final class BartNetwork extends WiredNetwork {
  private static final String ENCODER_STATE = "encoder_hidden_states.";
  private static final String DECODER_STATE = "decoder_hidden_states.";

  private final Bart architecture;
  private final BartSide encoder;
  private final BartSide decoder;
  private final BartHead head;
  private final Buffer gradient; // of the decoder's states [decoder rows, hidden]
  private final Buffer memoryGradient; // of the encoder's states [encoder rows, hidden]
  private @Nullable Sweep sweep;

  /** A forward sweep that a backward sweep may follow. */
  private record Sweep(
      Pass pass, BartSide.Reading encoded, BartSide.Reading decoded, Matrix states) {}

  BartNetwork(Bart architecture, FrozenBase base, NetworkSettings settings) {
    this(architecture, base, settings, Compute.with(settings.backend()));
  }

  private BartNetwork(
      Bart architecture, FrozenBase base, NetworkSettings settings, Compute compute) {
    super(architecture, compute, new Parameters(base, compute, settings.adapterDropout()));
    this.architecture = architecture;
    var layers = new BartLayers(architecture, compute, named(), settings);
    this.encoder = layers.encoder();
    this.decoder = layers.decoder();
    this.head = layers.head(base);
    this.gradient = compute.workspace().buffer();
    this.memoryGradient = compute.workspace().buffer();
  }

  @Override
  public boolean forward(Tokens tokens, Pass pass) {
    sweep = null;
    Tokens.Side side = head.decoderReads(tokens);
    var encoded = new BartSide.Reading(tokens.ids(), tokens.length(), 0);
    var decoded = new BartSide.Reading(side.ids(), side.length(), 0);
    Matrix memory = encode(tokens, pass);
    if (memory == null) {
      return false;
    }
    Matrix y = decode(tokens, side, new Source(pass, memory));
    if (y == null) {
      return false;
    }
    head.forward(pass, y, tokens);
    sweep = new Sweep(pass, encoded, decoded, y);
    return true;
  }

  /** The encoder's output for these inputs; null if the sweep was cancelled. */
  @Nullable Matrix encode(Tokens tokens, Pass pass) {
    var reading = new BartSide.Reading(tokens.ids(), tokens.length(), 0);
    var self = Attention.Setting.of(AttentionMask.bidirectional(tokens.padding()));
    Matrix x = encoder.embed(pass, reading);
    var inputs = new PostNormBlock.Inputs(x, null, PostNormBlock.Setting.of(self));
    return encoder.forward(pass, inputs, encoder.lowestLive());
  }

  private record Source(Pass pass, Matrix memory) {}

  private @Nullable Matrix decode(Tokens tokens, Tokens.Side side, Source source) {
    var own = new PaddingMask(tokens.examples(), side.length(), side.mask());
    var setting =
        new PostNormBlock.Setting(
            Attention.Setting.of(AttentionMask.causal(own)),
            Attention.Setting.of(AttentionMask.cross(side.length(), tokens.padding())));
    Pass pass = source.pass();
    Matrix x = decoder.embed(pass, new BartSide.Reading(side.ids(), side.length(), 0));
    var inputs = new PostNormBlock.Inputs(x, source.memory(), setting);
    return decoder.forward(pass, inputs, encoder.isLive() ? 0 : decoder.lowestLive());
  }

  @Override
  public boolean backward(Matrix dLogits, IntConsumer done) {
    Sweep last = sweep;
    if (last == null || !last.pass().keepsTape()) {
      throw new IllegalStateException("no forward sweep to go back through");
    }
    sweep = null;
    clearGradients();
    boolean encodes = encoder.isLive();
    boolean goesOn = encodes || decoder.isLive();
    head.backward(last.pass(), dLogits, goesOn);
    Matrix g = gradient.matrix(last.states().rows(), last.states().columns());
    if (goesOn) {
      head.setInputGradient(last.pass(), dLogits, g);
    }
    done.accept(LinearSite.HEAD);
    Matrix dMemory = encodes ? clearedMemoryGradient(last) : null;
    return !goesOn || blocksBackward(last, new BartSide.Gradients(g, dMemory), done);
  }

  private Matrix clearedMemoryGradient(Sweep last) {
    Matrix cleared = memoryGradient.matrix(last.encoded().ids().length, last.states().columns());
    backend().fill(cleared, 0f);
    return cleared;
  }

  private boolean blocksBackward(Sweep last, BartSide.Gradients gradients, IntConsumer done) {
    Pass pass = last.pass();
    if (!decoder.backward(pass, last.decoded(), gradients, done)) {
      return false;
    }
    if (gradients.memory() != null) {
      var states = new BartSide.Gradients(gradients.memory(), null);
      if (!encoder.backward(pass, last.encoded(), states, done)) {
        return false;
      }
    }
    if (encoder.hasLiveEmbedding() || decoder.hasLiveEmbedding()) {
      done.accept(LinearSite.STEM);
    }
    return true;
  }

  @Override
  public Decoding decoding() {
    return head.generates() ? new BartDecoding(this) : super.decoding();
  }

  BartSide decoder() {
    return decoder;
  }

  BartHead head() {
    return head;
  }

  BartConfig config() {
    return architecture.config();
  }

  @Override
  public Matrix hidden(String name) {
    if (name.startsWith(DECODER_STATE)) {
      return decoder.state(Integer.parseInt(name.substring(DECODER_STATE.length())));
    }
    return name.equals("encoder_last_hidden_state")
        ? encoder.state(encoder.size())
        : encoder.state(Integer.parseInt(name.substring(ENCODER_STATE.length())));
  }

  @Override
  public Matrix logits() {
    return head.logits();
  }
}
