package io.winnow.model.arch;

import io.winnow.model.compute.Matrix;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Dropout;
import io.winnow.model.nn.GatedFeedForward;
import io.winnow.model.nn.Linear;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.PreNormBlock;
import io.winnow.model.nn.RotaryTable;
import io.winnow.model.nn.RowHead;
import java.util.ArrayList;
import java.util.List;

/** The layers of one {@link LlamaNetwork}, wired; forward sweeps and decoding share them. */
final class LlamaStack implements AutoCloseable {
  private final LlamaConfig config;
  private final Compute compute;
  private final Parameters parameters;
  private final Parameter embeddings;
  private final RotaryTable rotary;
  private final List<PreNormBlock> blocks;
  private final RowHead head;

  LlamaStack(LlamaConfig config, Compute compute, Parameters parameters, BaseDropout dropout) {
    this.config = config;
    this.compute = compute;
    this.parameters = parameters;
    this.embeddings = parameters.parameter(Llama.EMBEDDINGS);
    this.rotary = new RotaryTable(config.rope().frequencies(config.heads().width()));
    this.blocks = blocks(dropout == BaseDropout.OFF ? 0f : config.attentionDropout());
    this.head = outputHead();
  }

  private List<PreNormBlock> blocks(float dropout) {
    var attentionScratch = new Attention.Scratch(compute.workspace());
    var feedForwardScratch = new GatedFeedForward.Scratch(compute.workspace());
    var scratch = new PreNormBlock.Scratch(compute.workspace());
    var made = new ArrayList<PreNormBlock>();
    for (int i = 0; i < config.layers(); i++) {
      String name = Llama.name(i);
      var site = new Dropout(name + ".self_attn.probabilities", dropout);
      var layers =
          new PreNormBlock.Layers(
              parameters.rmsNorm(name + Llama.ATTENTION_NORM, config.epsilon()),
              attention(name, site, attentionScratch),
              parameters.linear(name + Llama.ATTENTION_OUTPUT, ""),
              parameters.rmsNorm(name + Llama.FEED_FORWARD_NORM, config.epsilon()),
              feedForward(name, feedForwardScratch));
      made.add(new PreNormBlock(compute.backend(), layers, scratch));
    }
    return List.copyOf(made);
  }

  private Attention attention(String name, Dropout dropout, Attention.Scratch scratch) {
    var layers =
        new Attention.Layers(
            parameters.linear(name + Llama.QUERY, ""),
            parameters.linear(name + Llama.KEY, ""),
            parameters.linear(name + Llama.VALUE, ""));
    var heads = config.heads();
    var shape = new Attention.Shape(heads.queries(), heads.keys(), heads.width());
    return new Attention(compute.backend(), layers, shape, dropout, scratch);
  }

  private GatedFeedForward feedForward(String name, GatedFeedForward.Scratch scratch) {
    var layers =
        new GatedFeedForward.Layers(
            parameters.linear(name + Llama.GATE, ""),
            parameters.linear(name + Llama.UP, ""),
            parameters.linear(name + Llama.DOWN, ""));
    return new GatedFeedForward(compute, layers, config.intermediate(), scratch);
  }

  private RowHead outputHead() {
    boolean language = config.isLanguage();
    String path = language ? Llama.LANGUAGE_HEAD : Llama.SEQUENCE_HEAD;
    boolean tied = language && config.extras().tied();
    Linear output = parameters.output(path, tied ? Llama.EMBEDDINGS : path + ".weight");
    var norm = parameters.rmsNorm(Llama.NORM, config.epsilon());
    return new RowHead(compute, norm, output, language ? config.vocabulary() : config.labels());
  }

  LlamaConfig config() {
    return config;
  }

  Compute compute() {
    return compute;
  }

  Parameter embeddings() {
    return embeddings;
  }

  RotaryTable rotary() {
    return rotary;
  }

  List<PreNormBlock> blocks() {
    return blocks;
  }

  RowHead head() {
    return head;
  }

  /** x[r] = the embedding of token r; {@code [ids.length, hidden]}. */
  void embed(int[] ids, Matrix x) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalStateException(
            "token id " + id + " is outside the vocabulary of " + config.vocabulary());
      }
    }
    embeddings.gather(compute.backend(), ids, x);
  }

  @Override
  public void close() {
    rotary.close();
  }
}
