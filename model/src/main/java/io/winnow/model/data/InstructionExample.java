package io.winnow.model.data;

import io.winnow.model.data.Dialogue.Role;
import io.winnow.model.data.Dialogue.Turn;
import java.util.List;

/** An example to follow instructions from, in the form that its file has: templates differ. */
public sealed interface InstructionExample {
  /** Line of the file where it begins, 1-based; its place in files without lines. */
  long line();

  /** The example as turns, whatever its form. */
  Dialogue dialogue();

  /** The forms, by the fields that tell them apart. */
  enum Form {
    /** messages: a list of role and content. */
    CHAT("messages"),
    /** instruction, perhaps input, and output. */
    INSTRUCTION("instruction", "output"),
    /** prompt and completion. */
    COMPLETION("prompt", "completion"),
    /** question and answer. */
    QUESTION("question", "answer");

    private final List<String> fields;

    Form(String... fields) {
      this.fields = List.of(fields);
    }

    /** Fields that an example of this form must have. */
    public List<String> fields() {
      return fields;
    }
  }

  /** A task, what it is about (may be empty), and its result. */
  record Instruction(String instruction, String input, String output, long line)
      implements InstructionExample {
    @Override
    public Dialogue dialogue() {
      String asked = input.isEmpty() ? instruction : instruction + "\n\n" + input;
      return exchange(asked, output, line);
    }
  }

  /** A conversation. */
  record Chat(List<Turn> messages, long line) implements InstructionExample {
    public Chat {
      messages = List.copyOf(messages);
    }

    @Override
    public Dialogue dialogue() {
      return new Dialogue(messages, line);
    }
  }

  /** A text and how it goes on; the two belong together without anything between them. */
  record Completion(String prompt, String completion, long line) implements InstructionExample {
    @Override
    public Dialogue dialogue() {
      return exchange(prompt, completion, line);
    }
  }

  /** A question and its answer, as in GSM8K. */
  record Question(String question, String answer, long line) implements InstructionExample {
    @Override
    public Dialogue dialogue() {
      return exchange(question, answer, line);
    }
  }

  private static Dialogue exchange(String asked, String answered, long line) {
    return new Dialogue(
        List.of(new Turn(Role.USER, asked), new Turn(Role.ASSISTANT, answered)), line);
  }
}
