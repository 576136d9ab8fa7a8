package io.winnow.model.arch;

import io.winnow.model.compute.Activation;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Dropout;
import io.winnow.model.nn.FeedForward;
import io.winnow.model.nn.LanguageHead;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.OutputHead;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.PostNormBlock;
import io.winnow.model.nn.PostNormStack;
import io.winnow.model.nn.ResidualAttention;
import io.winnow.model.nn.SequenceHead;
import io.winnow.model.nn.SpanHead;
import io.winnow.model.nn.SummedEmbedding;
import io.winnow.model.nn.SummedEmbedding.Table;
import java.util.List;
import java.util.stream.IntStream;

/** Makes the layers of {@link Bart} from its tensors; scratch memory is shared by all blocks. */
final class BartLayers {
  private final Bart architecture;
  private final BartConfig config;
  private final BartConfig.Dropouts dropouts;
  private final Compute compute;
  private final Parameters parameters;
  private final PostNormStack.Kept kept;
  private final PostNormBlock.Scratch scratch;
  private final Attention.Scratch attentionScratch;

  BartLayers(Bart architecture, Compute compute, Parameters parameters, NetworkSettings settings) {
    this.architecture = architecture;
    this.config = architecture.config();
    this.dropouts =
        settings.baseDropout() == BaseDropout.OFF ? BartConfig.Dropouts.NONE : config.dropouts();
    this.compute = compute;
    this.parameters = parameters;
    this.kept =
        settings.activations() == Activations.KEPT
            ? PostNormStack.Kept.ALL
            : PostNormStack.Kept.OUTPUTS;
    this.scratch = new PostNormBlock.Scratch(compute.workspace());
    this.attentionScratch = new Attention.Scratch(compute.workspace());
  }

  /** The encoder. */
  BartSide encoder() {
    return side(Bart.ENCODER, 0, config.encoder().layers());
  }

  /** The decoder, whose blocks read the encoder's output as well. */
  BartSide decoder() {
    return side(Bart.DECODER, config.encoder().layers(), config.decoder().layers());
  }

  /** What stands behind the decoder. */
  BartHead head(FrozenBase base) {
    return new BartHead(config, compute, output(base));
  }

  private OutputHead output(FrozenBase base) {
    return switch (config.head().kind()) {
      case LANGUAGE -> {
        var words = parameters.parameter(Bart.WORDS);
        var bias =
            new Parameter(Bart.LOGITS_BIAS, base.tensor(Bart.LOGITS_BIAS), LinearSite.BUFFER);
        yield new LanguageHead(compute, words, bias);
      }
      case SPAN -> new SpanHead(compute, parameters.linear(Bart.SPANS, ""));
      case SEQUENCE -> sequenceHead();
    };
  }

  private OutputHead sequenceHead() {
    return new SequenceHead(
        compute,
        new SequenceHead.Layers(
            parameters.linear(Bart.HEAD_DENSE, ""),
            Activation.TANH,
            parameters.linear(Bart.HEAD_OUTPUT, ""),
            new Dropout(Bart.HEAD_DENSE, dropouts.classifier()),
            new Dropout(Bart.HEAD_OUTPUT, dropouts.classifier()),
            config.head().labels()));
  }

  private BartSide side(String name, int first, int layers) {
    var blocks = IntStream.range(first, first + layers).mapToObj(this::block).toList();
    var stack = new PostNormStack(compute.workspace(), blocks, first, kept);
    return new BartSide(compute, embedding(name), stack, config);
  }

  private SummedEmbedding embedding(String side) {
    return new SummedEmbedding(
        compute,
        List.of(
            new Table(parameters.parameter(Bart.WORDS), config.wordScale()),
            Table.of(parameters.parameter(side + Bart.POSITIONS))),
        parameters.norm(side + Bart.EMBEDDING_NORM, BartConfig.EPSILON),
        new Dropout(side + ".embeddings", dropouts.hidden()));
  }

  private PostNormBlock block(int number) {
    String name = architecture.blockName(number);
    boolean decodes = number >= config.encoder().layers();
    var side = decodes ? config.decoder() : config.encoder();
    var inner = new Dropout(name + Bart.INNER, dropouts.activation());
    var feedForward =
        new FeedForward(
            compute,
            parameters.linear(name + Bart.INNER, ""),
            parameters.linear(name + Bart.OUTER, ""),
            new FeedForward.Middle(side.intermediate(), config.activation(), inner));
    var layers =
        new PostNormBlock.Layers(
            attention(name + Bart.SELF, side.heads()),
            decodes ? attention(name + Bart.CROSS, side.heads()) : null,
            feedForward,
            parameters.norm(name + Bart.LAST_NORM, BartConfig.EPSILON),
            new Dropout(name + Bart.OUTER, dropouts.hidden()));
    return new PostNormBlock(compute.backend(), layers, scratch);
  }

  private ResidualAttention attention(String name, int heads) {
    var projections =
        new Attention.Layers(
            parameters.linear(name + Bart.QUERY, ""),
            parameters.linear(name + Bart.KEY, ""),
            parameters.linear(name + Bart.VALUE, ""));
    var attention =
        new Attention(
            compute.backend(),
            projections,
            new Attention.Shape(heads, heads, config.hidden() / heads),
            new Dropout(name + ".probabilities", dropouts.attention()),
            attentionScratch);
    var layers =
        new ResidualAttention.Layers(
            attention,
            parameters.linear(name + Bart.OUTPUT, ""),
            parameters.norm(name + Bart.ATTENTION_NORM, BartConfig.EPSILON),
            new Dropout(name + Bart.OUTPUT, dropouts.hidden()));
    return new ResidualAttention(compute.backend(), layers, scratch.attention());
  }
}
