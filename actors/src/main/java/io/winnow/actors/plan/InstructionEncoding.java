package io.winnow.actors.plan;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfig.Data.Template;
import io.winnow.model.data.DialogueReader;
import io.winnow.model.data.InstructionRows;
import io.winnow.model.data.InstructionText;
import io.winnow.model.generate.StopTexts;
import io.winnow.model.text.ChatTemplate;
import io.winnow.model.text.SpecialTokens;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** A text that goes on as the answer to an instruction. */
final class InstructionEncoding implements TaskEncoding {
  /** Where lm-evaluation-harness ends an answer to a question of GSM8K. */
  private static final StopTexts GSM8K_STOPS = new StopTexts(List.of("\n\n", "Question:"));

  private final RunConfig config;
  private final Tokenizer tokenizer;
  private final InstructionText text;

  private InstructionEncoding(RunConfig config, Tokenizer tokenizer, InstructionText text) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.text = text;
  }

  static InstructionEncoding open(RunConfig config, ModelFacts model) {
    if (model.isEncoderDecoder()) {
      throw UserProblem.usage(
          "task.kind: instruction needs a causal model (llama); "
              + model.folder()
              + " has encoder and decoder: use seq2seq");
    }
    Template wanted = config.data().form().template();
    Tokenizer tokenizer = ModelTokenizer.open(model, config.data().lengths().input());
    try {
      var template = ChatTemplate.of(model.folder(), ChatTemplate.Name.valueOf(wanted.name()));
      var questions =
          wanted == Template.LLAMA3
              ? InstructionText.Questions.CHAT
              : InstructionText.Questions.LINES;
      return new InstructionEncoding(
          config, tokenizer, new InstructionText(tokenizer, template, questions));
    } catch (RuntimeException problem) {
      tokenizer.close();
      throw problem;
    }
  }

  /** Only training rows are packed: scores are of examples. */
  @Override
  public TaskSet training(Path file) {
    return rows(
        file,
        config.data().form().packing()
            ? InstructionRows.Packing.PACKED
            : InstructionRows.Packing.NONE);
  }

  @Override
  public TaskSet labelled(Path file) {
    return rows(file, InstructionRows.Packing.NONE);
  }

  private TaskSet rows(Path file, InstructionRows.Packing packing) {
    var shape = new InstructionRows.Shape(config.data().lengths().input(), packing);
    return new LanguageSet(InstructionRows.of(DialogueReader.read(file), text, tokenizer, shape));
  }

  @Override
  public TaskSet unlabelled(Path file) {
    return labelled(file);
  }

  @Override
  public Writing writing() {
    return new Answers();
  }

  private final class Answers implements Writing {
    @Override
    public Asked typed(String typed) {
      return new Asked(text.prompt(typed), null);
    }

    @Override
    public List<Asked> asked(Path file) {
      return DialogueReader.read(file).examples().stream()
          .map(example -> new Asked(text.prompt(example), InstructionText.expected(example)))
          .toList();
    }

    @Override
    public String text(int[] ids) {
      return tokenizer.decode(ids, SpecialTokens.SKIP);
    }

    @Override
    public StopTexts stops() {
      return config.task().scoring() == RunConfig.Task.Scoring.GSM8K
          ? GSM8K_STOPS
          : new StopTexts(List.of());
    }

    @Override
    public void close() {
      InstructionEncoding.this.close();
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
