package io.winnow.model.arch;

import io.winnow.model.nn.AttentionScratch;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Convolution;
import io.winnow.model.nn.DisentangledAttention;
import io.winnow.model.nn.Dropout;
import io.winnow.model.nn.EncoderBlock;
import io.winnow.model.nn.EncoderBlock.OutputRows;
import io.winnow.model.nn.FeedForward;
import io.winnow.model.nn.Linear;
import io.winnow.model.nn.LogBuckets;
import io.winnow.model.nn.OutputHead;
import io.winnow.model.nn.RelativePositions;
import io.winnow.model.nn.SequenceHead;
import io.winnow.model.nn.SpanHead;
import io.winnow.model.nn.SummedEmbedding;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The layers of one {@link EncoderNetwork}, made of a base by an {@link EncoderConfig}. */
record EncoderParts(
    Compute compute,
    Parameters parameters,
    SummedEmbedding embedding,
    @Nullable RelativePositions relative,
    List<EncoderBlock> blocks,
    @Nullable Convolution convolution,
    OutputHead head,
    OutputRows lastRows) {

  /** With only those rows of the last block that the head reads. */
  static EncoderParts of(EncoderConfig config, FrozenBase base, NetworkSettings settings) {
    return of(config, base, settings, OutputRows.FIRST);
  }

  /** {@code fewest}: ALL where rows of the last block are wanted that a sequence head skips. */
  static EncoderParts of(
      EncoderConfig config, FrozenBase base, NetworkSettings settings, OutputRows fewest) {
    var compute = Compute.with(settings.backend());
    var parameters = new Parameters(base, compute, settings.adapterDropout());
    var off = settings.baseDropout() == BaseDropout.OFF;
    var dropouts = off ? EncoderConfig.Dropouts.NONE : config.dropouts();
    return new Assembly(config, compute, parameters, dropouts).parts(fewest);
  }

  private record Assembly(
      EncoderConfig config,
      Compute compute,
      Parameters parameters,
      EncoderConfig.Dropouts dropouts) {

    EncoderParts parts(OutputRows fewest) {
      OutputHead head = head();
      OutputRows rows = lastRows(head, fewest);
      return new EncoderParts(
          compute, parameters, embedding(), relative(), blocks(rows), convolution(), head, rows);
    }

    /** A convolution reads all rows of the first block, be it the last one too. */
    private OutputRows lastRows(OutputHead head, OutputRows fewest) {
      boolean first = fewest == OutputRows.FIRST && head.reads() == OutputRows.FIRST;
      boolean convolved = config.convolution() != null && config.sizes().layers() == 1;
      return first && !convolved ? OutputRows.FIRST : OutputRows.ALL;
    }

    private SummedEmbedding embedding() {
      EncoderNames names = config.names();
      var tables = new ArrayList<SummedEmbedding.Table>();
      tables.add(table(names.words()));
      if (config.positions() != null) {
        tables.add(table(names.positions()));
      }
      if (config.sizes().types() > 0) {
        tables.add(table(names.types()));
      }
      return new SummedEmbedding(
          compute,
          tables,
          parameters.norm(names.embeddingsNorm(), config.epsilon()),
          new Dropout(names.embeddings(), dropouts.hidden()));
    }

    private SummedEmbedding.Table table(String name) {
      return SummedEmbedding.Table.of(parameters.parameter(name));
    }

    private @Nullable RelativePositions relative() {
      EncoderConfig.Relative relative = config.relative();
      if (relative == null) {
        return null;
      }
      String norm = config.names().relativeNorm();
      return new RelativePositions(
          compute,
          parameters.parameter(config.names().relative()),
          relative.normalized() ? parameters.norm(norm, config.epsilon()) : null,
          new LogBuckets(relative.buckets(), relative.farthest()));
    }

    private List<EncoderBlock> blocks(OutputRows lastRows) {
      EncoderConfig.Sizes sizes = config.sizes();
      var shape =
          new DisentangledAttention.Shape(sizes.heads(), sizes.headWidth(), sizes.scoreTerms());
      var attention = new AttentionScratch(compute.workspace(), shape);
      var scratch = new EncoderBlock.Scratch(compute.workspace(), sizes.intermediate());
      var blocks = new ArrayList<EncoderBlock>();
      for (int i = 0; i < sizes.layers(); i++) {
        var rows = i == sizes.layers() - 1 ? lastRows : OutputRows.ALL;
        blocks.add(new EncoderBlock(compute.backend(), layers(i, attention), scratch, rows));
      }
      return List.copyOf(blocks);
    }

    private EncoderBlock.Layers layers(int i, AttentionScratch attention) {
      String block = config.names().block(i);
      var middle =
          new FeedForward.Middle(
              config.sizes().intermediate(), config.functions().hidden(), Dropout.NONE);
      return new EncoderBlock.Layers(
          attention(i, attention),
          linear(block + EncoderNames.ATTENTION_OUTPUT),
          parameters.norm(block + EncoderNames.ATTENTION_NORM, config.epsilon()),
          new FeedForward(
              compute,
              linear(block + EncoderNames.INTERMEDIATE),
              linear(block + EncoderNames.OUTPUT),
              middle),
          parameters.norm(block + EncoderNames.OUTPUT_NORM, config.epsilon()),
          new Dropout(block + EncoderNames.ATTENTION_OUTPUT, dropouts.hidden()),
          new Dropout(block + EncoderNames.OUTPUT, dropouts.hidden()));
    }

    private DisentangledAttention attention(int i, AttentionScratch scratch) {
      EncoderNames names = config.names();
      EncoderConfig.Relative relative = config.relative();
      var layers =
          new DisentangledAttention.Layers(
              linear(names.query(i)),
              linear(names.key(i)),
              linear(names.value(i)),
              relative == null ? null : relativeQuery(relative, i),
              relative == null ? null : relativeKey(relative, i));
      String site = names.block(i) + ".attention.self";
      var sites =
          new DisentangledAttention.Dropouts(
              new Dropout(site + ".probabilities", dropouts.attention()),
              new Dropout(site + ".relative", dropouts.hidden()));
      return new DisentangledAttention(compute.backend(), layers, sites, scratch);
    }

    private @Nullable Linear relativeQuery(EncoderConfig.Relative relative, int i) {
      if (!relative.terms().positionToContent()) {
        return null;
      }
      return relative.keys() == EncoderConfig.RelativeKeys.SHARED
          ? parameters.linear(config.names().query(i), ".relative")
          : linear(config.names().block(i) + EncoderNames.RELATIVE_QUERY);
    }

    private @Nullable Linear relativeKey(EncoderConfig.Relative relative, int i) {
      if (!relative.terms().contentToPosition()) {
        return null;
      }
      return relative.keys() == EncoderConfig.RelativeKeys.SHARED
          ? parameters.linear(config.names().key(i), ".relative")
          : linear(config.names().block(i) + EncoderNames.RELATIVE_KEY);
    }

    private @Nullable Convolution convolution() {
      EncoderConfig.Convolution given = config.convolution();
      if (given == null) {
        return null;
      }
      String name = config.names().convolution();
      return new Convolution(
          compute,
          new Convolution.Layers(
              parameters.parameter(name + ".weight"),
              parameters.parameter(name + ".bias"),
              parameters.norm(config.names().convolutionNorm(), config.epsilon()),
              new Dropout(name, dropouts.hidden())),
          new Convolution.Shape(
              config.sizes().hidden(), given.kernel(), given.groups(), given.activation()));
    }

    private OutputHead head() {
      if (config.head().kind() == TaskHead.Kind.SPAN) {
        return new SpanHead(compute, linear(EncoderNames.SPAN));
      }
      EncoderNames names = config.names();
      return new SequenceHead(
          compute,
          new SequenceHead.Layers(
              linear(names.dense()),
              config.functions().pooler(),
              linear(names.classifier()),
              new Dropout(names.dense(), dropouts.pooler()),
              new Dropout(names.classifier(), dropouts.classifier()),
              config.head().labels()));
    }

    private Linear linear(String path) {
      return parameters.linear(path, "");
    }
  }
}
