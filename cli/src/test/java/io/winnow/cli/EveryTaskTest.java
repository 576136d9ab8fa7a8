package io.winnow.cli;

import static io.winnow.cli.SmallTask.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of task with every family, from files to files, through the commands. */
class EveryTaskTest {
  static final String REVIEWS =
      """
      text\tlabel
      a lovely story\tgood
      truly delight and pleasure\tgood
      terrible and boring\tbad
      a shoddy letdown\tbad
      """;

  static final String WORDS =
      """
      source\ttarget
      lovely\texcellent story
      terrible\tboring drama
      music\tlight music
      battery\tcheap battery
      """;

  private static final String QUESTIONS =
      """
      {"version": "v2.0", "data": [{"title": "a", "paragraphs": [{
        "context": "a lovely story and light music.", "qas": [
          {"id": "1", "question": "what music?", "is_impossible": false,
           "answers": [{"text": "light music", "answer_start": 19}]},
          {"id": "2", "question": "which battery?", "is_impossible": true, "answers": []}]}]}]}
      """;

  private static final String EXAMPLES =
      """
      {"prompt": "lovely", "completion": " story"}
      {"prompt": "terrible", "completion": " drama"}
      {"prompt": "light", "completion": " music"}
      {"prompt": "cheap", "completion": " battery"}
      """;

  @TempDir Path folder;

  @Test
  void bertLearnsClasses() throws IOException {
    SmallModelFolder.bert(folder.resolve("model"));
    SmallTask task =
        new SmallTask(folder)
            .file("train.tsv", REVIEWS)
            .configured("data { train = train.tsv, validation = train.tsv, text = text }\n")
            .trained();
    String[] names = {"loss", "accuracy", "f1", "matthews_correlation"};
    task.metrics(List.of("eval", task.run()), names);
    String printed = task.succeeds("predict", task.run(), "--data", task.path("train.tsv"));
    assertThat(rows(printed)).hasSize(4);
    assertThat(task.succeeds("resume", task.run())).contains("Finished");
  }

  @Test
  void debertaFindsAnswersAndSaysWhereThereIsNone() throws IOException {
    SmallModelFolder.deberta(folder.resolve("model"));
    SmallTask task =
        new SmallTask(folder)
            .file("train.json", QUESTIONS)
            .configured(
                "task { kind = question-answering, unanswerable = true }\n"
                    + "data { train = train.json, validation = train.json, stride = 8 }\n")
            .trained();
    String printed = task.succeeds("predict", task.run(), "--data", task.path("train.json"));
    assertThat(rows(printed)).hasSize(2);
    task.livesOn("loss", "exact", "f1", "HasAns_f1", "NoAns_f1");
  }

  @Test
  void llamaLearnsAnswersThatShareRows() throws IOException {
    SmallModelFolder.llama(folder.resolve("model"));
    SmallTask task =
        new SmallTask(folder)
            .file("train.jsonl", EXAMPLES)
            .configured(
                "task { kind = instruction, score = exact-match }\n"
                    + "data { train = train.jsonl, validation = train.jsonl, packing = true }\n"
                    + "generation.max-new-tokens = 4\n")
            .trained();
    task.metrics(List.of("eval", task.run()), "loss", "perplexity", "exact_match", "gen_len");
    String printed = task.succeeds("generate", task.run(), "--data", task.path("train.jsonl"));
    assertThat(rows(printed)).hasSize(4);
  }

  @Test
  void robertaLearnsAGlueTask() throws IOException {
    SmallModelFolder.roberta(folder.resolve("model"));
    String rows =
        """
        index\tsentence1\tsentence2\tlabel
        0\ta lovely story\ta story\tentailment
        1\tlight music\tterrible drama\tnot_entailment
        2\ta cheap battery\ta battery\tentailment
        3\tboring plot\tnew oven\tnot_entailment
        """;
    SmallTask task =
        new SmallTask(folder)
            .file("train.tsv", rows)
            .file("dev.tsv", rows)
            .configured("task.glue = rte\ndata.dir = .\n")
            .trained();
    task.metrics(List.of("eval", task.run()), "loss", "accuracy");
    String printed = task.succeeds("predict", task.run(), "--data", task.path("dev.tsv"));
    assertThat(rows(printed)).hasSize(4);
  }

  @Test
  void bartLearnsTextToText() throws IOException {
    SmallModelFolder.bart(folder.resolve("model"));
    SmallTask task =
        new SmallTask(folder)
            .file("train.tsv", WORDS)
            .configured(
                "task { kind = seq2seq, score = rouge }\n"
                    + "data { train = train.tsv, validation = train.tsv }\n"
                    + "generation.num-beams = 2\n")
            .trained();
    String[] names = {"loss", "perplexity", "rouge1", "rouge2", "rougeL", "rougeLsum"};
    task.livesOn(names);
    String printed = task.succeeds("generate", task.run(), "--data", task.path("train.tsv"));
    assertThat(rows(printed)).hasSize(4);
  }

  @Test
  void llamaLearnsText() throws IOException {
    SmallModelFolder.llama(folder.resolve("model"));
    SmallTask task =
        new SmallTask(folder)
            .file("train.txt", "a lovely story and light music. a cheap battery.\n".repeat(30))
            .configured(
                "task.kind = causal-lm\n"
                    + "data { train = train.txt, validation = train.txt }\n"
                    + "generation.max-new-tokens = 4\n")
            .trained();
    task.livesOn("loss", "perplexity");
    String printed = task.succeeds("generate", task.run(), "--prompt", "a lovely");
    assertThat(printed.lines()).hasSize(1);
  }
}
