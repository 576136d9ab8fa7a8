package io.winnow.model.config;

import io.winnow.model.arch.Activations;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.Storage;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.config.RunConfig.Data;
import io.winnow.model.config.RunConfig.Task;
import io.winnow.model.config.RunConfig.Task.Kind;
import io.winnow.model.task.score.GlueTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Sections about what is learned, each a function of a number; every kind of task is among them.
 */
final class SomeTask {
  private static final Task.Answers USUAL = new Task.Answers(false, 0, 20, 30);

  private SomeTask() {}

  static ModelOptions options(int number) {
    boolean even = number % 2 == 0;
    return new ModelOptions(
        even ? null : 1f / (number + 1),
        even ? Storage.F32 : Storage.BF16,
        even ? Activations.RECOMPUTED : Activations.KEPT,
        BackendKind.values()[number % BackendKind.values().length]);
  }

  private static Kind kind(int number) {
    return Kind.values()[number % Kind.values().length];
  }

  static Task task(int number) {
    return switch (kind(number)) {
      case CLASSIFICATION ->
          number % 4 == 0
              ? new Task(Kind.CLASSIFICATION, 3, GlueTask.MNLI, USUAL, Task.Scoring.NONE)
              : new Task(Kind.CLASSIFICATION, number + 2, null, USUAL, Task.Scoring.NONE);
      case REGRESSION -> new Task(Kind.REGRESSION, 1, null, USUAL, Task.Scoring.NONE);
      case QUESTION_ANSWERING ->
          new Task(
              Kind.QUESTION_ANSWERING,
              0,
              null,
              new Task.Answers(number % 4 == 0, -number / 3.0, number + 1, number + 2),
              Task.Scoring.NONE);
      case SEQ2SEQ -> new Task(Kind.SEQ2SEQ, 0, null, USUAL, Task.Scoring.EXACT_MATCH);
      case CAUSAL_LM -> new Task(Kind.CAUSAL_LM, 0, null, USUAL, Task.Scoring.NONE);
      case INSTRUCTION -> new Task(Kind.INSTRUCTION, 0, null, USUAL, Task.Scoring.GSM8K);
    };
  }

  static Data data(int number, String text) {
    Kind kind = kind(number);
    boolean even = number % 2 == 0;
    boolean sequence = kind == Kind.CLASSIFICATION || kind == Kind.REGRESSION;
    boolean pairs = kind == Kind.SEQ2SEQ && number % 4 == 1;
    return new Data(
        Path.of("/d/t.tsv"),
        even ? null : Path.of("/d/v.tsv"),
        new Data.Columns(
            sequence && !even ? List.of(text, "b") : List.of(),
            sequence ? text : "label",
            pairs ? text : null,
            pairs ? "to " + text : null),
        new Data.Lengths(
            200 + number,
            kind == Kind.SEQ2SEQ ? 10 + number : 128,
            kind == Kind.QUESTION_ANSWERING ? number : 128),
        new Data.Form(
            kind == Kind.INSTRUCTION ? Data.Template.LLAMA3 : Data.Template.AUTO,
            kind == Kind.INSTRUCTION && even,
            kind == Kind.CAUSAL_LM ? Data.Documents.PARAGRAPH : Data.Documents.FILE));
  }

  static Map<String, String> generation(int number) {
    return kind(number).isLanguage() ? Map.of("num-beams", "" + (1 + number)) : Map.of();
  }
}
