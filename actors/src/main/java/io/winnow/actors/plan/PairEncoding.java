package io.winnow.actors.plan;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.NextTokens;
import io.winnow.model.data.PairColumns;
import io.winnow.model.data.TextPairReader;
import io.winnow.model.data.TextPairs;
import io.winnow.model.generate.StopTexts;
import io.winnow.model.text.SpecialTokens;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** A text that becomes another one: summarisation, translation, spelling to phonemes. */
final class PairEncoding implements TaskEncoding {
  private final RunConfig config;
  private final NextTokens.PairEncoding encoding;

  private PairEncoding(RunConfig config, NextTokens.PairEncoding encoding) {
    this.config = config;
    this.encoding = encoding;
  }

  static PairEncoding open(RunConfig config, ModelFacts model) {
    if (!model.isEncoderDecoder()) {
      throw UserProblem.usage(
          "task.kind: seq2seq needs a model with encoder and decoder (bart); "
              + model.folder()
              + " is none; for a causal model use instruction");
    }
    var lengths = config.data().lengths();
    Tokenizer tokenizer = ModelTokenizer.open(model, lengths.input());
    int start = model.config().path("decoder_start_token_id").asInt(-1);
    if (start < 0) {
      start = model.config().path("bos_token_id").asInt(0);
    }
    return new PairEncoding(
        config, new NextTokens.PairEncoding(tokenizer, lengths.target(), start));
  }

  /** The pairs of a file by the run's columns. */
  static TextPairs read(RunConfig config, Path file) {
    var columns = config.data().columns();
    String source = columns.source();
    String target = columns.target();
    return TextPairReader.read(
        file,
        source == null || target == null
            ? PairColumns.conventional()
            : new PairColumns(new PairColumns.Names(source, target)));
  }

  @Override
  public TaskSet training(Path file) {
    return labelled(file);
  }

  @Override
  public TaskSet labelled(Path file) {
    return new LanguageSet(NextTokens.pairs(read(config, file), encoding));
  }

  @Override
  public TaskSet unlabelled(Path file) {
    throw UserProblem.usage("a seq2seq run does not predict, it writes: use generate --data");
  }

  @Override
  public Writing writing() {
    return new Pairs();
  }

  private final class Pairs implements Writing {
    @Override
    public Asked typed(String text) {
      return new Asked(encoding.tokenizer().encode(text).ids(), null);
    }

    @Override
    public List<Asked> asked(Path file) {
      return read(config, file).pairs().stream()
          .map(p -> new Asked(encoding.tokenizer().encode(p.source()).ids(), p.target()))
          .toList();
    }

    @Override
    public String text(int[] ids) {
      return encoding.tokenizer().target().decode(ids, SpecialTokens.SKIP);
    }

    @Override
    public StopTexts stops() {
      return new StopTexts(List.of());
    }

    @Override
    public void close() {
      PairEncoding.this.close();
    }
  }

  @Override
  public void close() {
    encoding.tokenizer().close();
  }
}
