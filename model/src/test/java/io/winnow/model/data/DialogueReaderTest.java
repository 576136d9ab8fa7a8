package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Dialogue.Role;
import io.winnow.model.data.Dialogue.Turn;
import io.winnow.model.data.InstructionExample.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialogueReaderTest {
  @TempDir Path temp;

  /** Single quotes stand for double ones. */
  private Instructions read(String name, String json) throws IOException {
    return DialogueReader.read(Files.writeString(temp.resolve(name), json.replace('\'', '"')));
  }

  @Test
  void instructionsMayHaveAnInput() throws IOException {
    Instructions data =
        read(
            "a.jsonl",
            "\ufeff{'instruction': 'Add', 'input': '1 + 1', 'output': '2'}\r\n\r\n"
                + "{'output': 'hi', 'instruction': 'Greet', 'input': null}\r\n");

    assertThat(data.form()).isEqualTo(Form.INSTRUCTION);
    assertThat(data.examples())
        .containsExactly(
            new InstructionExample.Instruction("Add", "1 + 1", "2", 1),
            new InstructionExample.Instruction("Greet", "", "hi", 3));
    assertThat(data.examples().get(0).dialogue())
        .isEqualTo(
            new Dialogue(
                List.of(new Turn(Role.USER, "Add\n\n1 + 1"), new Turn(Role.ASSISTANT, "2")), 1));
  }

  @Test
  void messagesKeepTheirRoles() throws IOException {
    Instructions data =
        read(
            "a.json",
            "[{'messages': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content': 'u'},"
                + " {'role': 'assistant', 'content': 'a'}]}]");

    assertThat(data.form()).isEqualTo(Form.CHAT);
    assertThat(data.examples().get(0).dialogue().turns())
        .containsExactly(
            new Turn(Role.SYSTEM, "s"), new Turn(Role.USER, "u"), new Turn(Role.ASSISTANT, "a"));
  }

  @Test
  void promptsAndQuestionsAreFormsOfTheirOwn() throws IOException {
    assertThat(read("a.jsonl", "{'prompt': 'p', 'completion': 'c'}").examples())
        .containsExactly(new InstructionExample.Completion("p", "c", 1));
    assertThat(read("a.csv", "question,answer\nq,a\n").examples())
        .containsExactly(new InstructionExample.Question("q", "a", 2));
  }

  @Test
  void gsm8kReadsWhole() {
    Instructions data = DialogueReader.read(SharedData.require("gsm8k/train.jsonl"));
    assertThat(data.form()).isEqualTo(Form.QUESTION);
    assertThat(data.examples()).hasSize(7473);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.jsonl|``|holds no examples",
        "a.jsonl|{'text': 'x'}|line 1: no instruction data; fields present: text; expected messages, or instruction and output, or prompt and completion",
        "a.jsonl|{'prompt': 'p', 'completion': 3}|line 1: completion: expected text, found NUMBER",
        "a.jsonl|{'messages': []}|line 1: messages: expected a list",
        "a.jsonl|{'messages': [{'role': 'user', 'content': 'x'}, {'role': 'asistant', 'content': 'y'}]}|line 1: messages[1].role: unknown role 'asistant'; expected one of system, user, assistant; did you mean 'assistant'?",
        "a.jsonl|{'messages': [{'role': 'user'}]}|line 1: messages[0].content: expected text, found nothing",
        "a.jsonl|{'messages': ['x']}|line 1: messages[0].role: expected text, found nothing",
        "a.json|[{'prompt': 'p', 'completion': 'c'}, 3]|entry 2, line 1: expected a JSON object, found NUMBER",
        "a.json|[{'prompt': 'p', 'completion': 'c'}] []|line 1: not valid JSON: something follows the array",
        "a.json|[{'prompt': 'p',|line 1: not valid JSON"
      })
  void malformedFileIsRefusedWithItsPlace(String name, String json, String message) {
    assertThatThrownBy(() -> read(name, json))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void laterExamplesMustHaveTheFormOfTheFirst() {
    assertThatThrownBy(
            () -> read("a.jsonl", "{'prompt': 'p', 'completion': 'c'}\n{'promt': 'p'}\n"))
        .hasMessageContaining("line 2: no field 'prompt', which the first example has")
        .hasMessageContaining("fields present: promt; did you mean 'promt'?");
  }

  @Test
  void entriesOfAListAreNamedByPlaceAndLine() {
    assertThatThrownBy(
            () -> read("a.json", "[\n{'question': 'q', 'answer': 'a'},\n{'question': 'q'}\n]"))
        .hasMessageContaining("entry 2, line 3: no field 'answer'");
  }
}
