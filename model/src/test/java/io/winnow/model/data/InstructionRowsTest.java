package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.task.Targets;
import io.winnow.model.text.ChatTemplate;
import io.winnow.model.text.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstructionRowsTest {
  private final WordTokenizer tokenizer = new WordTokenizer(64);
  @TempDir private Path model;
  private InstructionText text;

  @BeforeEach
  void aModelWithoutAChatTemplate() throws IOException {
    Files.writeString(model.resolve("config.json"), "{}");
    Files.writeString(model.resolve("tokenizer_config.json"), "{}");
    var template = ChatTemplate.of(model, ChatTemplate.Name.PLAIN);
    text = new InstructionText(tokenizer, template, InstructionText.Questions.LINES);
  }

  private EncodedDataset rows(
      int maxLength, InstructionRows.Packing packing, InstructionExample... examples) {
    var data =
        new Instructions(
            Path.of("data.jsonl"), InstructionExample.Form.COMPLETION, List.of(examples));
    var shape = new InstructionRows.Shape(maxLength, packing);
    return InstructionRows.of(data, text, tokenizer, shape);
  }

  @Test
  void onlyTheCompletionAndItsEndAreLearned() {
    EncodedDataset data =
        rows(
            64,
            InstructionRows.Packing.NONE,
            new InstructionExample.Completion("one two", " three four", 1));

    assertThat(data.ids(0)).containsExactly(1, 10, 11, 12, 13, 2);
    assertThat(((Targets.Next) data.targets()).ids()).containsExactly(-1, -1, 12, 13, 2, -1);
  }

  @Test
  void theAnswerOfAnInstructionIsLearnedAndItsHeadingsAreNot() {
    EncodedDataset data =
        rows(
            64,
            InstructionRows.Packing.NONE,
            new InstructionExample.Instruction("Add.", "1 2", "three", 1));

    int[] next = ((Targets.Next) data.targets()).ids();
    int answer = tokenizer.id("three").orElseThrow();
    assertThat(next).contains(answer);
    assertThat(next).doesNotContain(tokenizer.id("Add.").orElseThrow());
    assertThat(next).doesNotContain(tokenizer.id("###").orElseThrow());
  }

  @Test
  void aQuestionIsAskedInLines() {
    var question = new InstructionExample.Question("How many?", "4 #### 4", 1);
    EncodedDataset data = rows(64, InstructionRows.Packing.NONE, question);

    assertThat(tokenizer.decode(data.ids(0), SpecialTokens.SKIP))
        .isEqualTo("Question: How many? Answer: 4 #### 4");
    assertThat(((Targets.Next) data.targets()).count()).isGreaterThanOrEqualTo(3);
    assertThat(InstructionText.expected(question)).isEqualTo("4 #### 4");
  }

  @Test
  void packedExamplesShareARowUntilItIsFull() {
    InstructionExample.Completion[] examples = new InstructionExample.Completion[3];
    for (int i = 0; i < examples.length; i++) {
      examples[i] = new InstructionExample.Completion("p" + i, " c" + i, i);
    }
    assertThat(rows(8, InstructionRows.Packing.NONE, examples).size()).isEqualTo(3);

    EncodedDataset packed = rows(8, InstructionRows.Packing.PACKED, examples);
    assertThat(packed.size()).isEqualTo(2); // 4 tokens each
    assertThat(packed.length(0)).isEqualTo(8);
    int single = ((Targets.Next) rows(8, InstructionRows.Packing.NONE, examples).targets()).count();
    assertThat(((Targets.Next) packed.targets()).count()).isEqualTo(single);
  }

  @Test
  void rowsAreCutOnTheRightAndCounted() {
    EncodedDataset data =
        rows(
            3,
            InstructionRows.Packing.NONE,
            new InstructionExample.Completion("one two three", " four", 1));

    assertThat(data.ids(0)).hasSize(3);
    assertThat(((Targets.Next) data.targets()).count()).isZero();
    assertThat(data.truncatedExamples()).isEqualTo(1);
  }
}
