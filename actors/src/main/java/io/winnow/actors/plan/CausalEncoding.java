package io.winnow.actors.plan;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.NextTokens;
import io.winnow.model.data.PlainText;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** Text that goes on: plain text files. */
final class CausalEncoding implements TaskEncoding {
  private final RunConfig config;
  private final Tokenizer tokenizer;

  private CausalEncoding(RunConfig config, Tokenizer tokenizer) {
    this.config = config;
    this.tokenizer = tokenizer;
  }

  static CausalEncoding open(RunConfig config, ModelFacts model) {
    if (model.isEncoderDecoder()) {
      throw UserProblem.usage(
          "task.kind: causal-lm needs a causal model (llama); "
              + model.folder()
              + " has encoder and decoder: use seq2seq");
    }
    return new CausalEncoding(config, ModelTokenizer.open(model, config.data().lengths().input()));
  }

  @Override
  public TaskSet training(Path file) {
    return labelled(file);
  }

  @Override
  public TaskSet labelled(Path file) {
    PlainText.Documents documents =
        config.data().form().documents() == RunConfig.Data.Documents.FILE
            ? PlainText.Documents.WHOLE_FILE
            : PlainText.Documents.BETWEEN_BLANK_LINES;
    List<String> texts =
        PlainText.read(file, documents).stream().map(PlainText.Document::text).toList();
    int length = config.data().lengths().input();
    return new LanguageSet(NextTokens.blocks(texts, tokenizer, length));
  }

  @Override
  public TaskSet unlabelled(Path file) {
    return labelled(file);
  }

  @Override
  public Writing writing() {
    return FolderWriting.of(tokenizer);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
