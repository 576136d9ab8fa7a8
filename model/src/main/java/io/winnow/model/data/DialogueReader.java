package io.winnow.model.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Dialogue.Role;
import io.winnow.model.data.Dialogue.Turn;
import io.winnow.model.data.InstructionExample.Form;
import io.winnow.model.data.JsonEntries.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads instruction data: one example per line or entry, with the fields messages, or instruction
 * (input) output, or prompt and completion, or question and answer. The first example decides which
 * of them; fields besides these are left out.
 */
public final class DialogueReader {
  private static final List<String> ROLES =
      Arrays.stream(Role.values()).map(role -> role.name().toLowerCase(Locale.ROOT)).toList();

  private final Path file;
  private final List<InstructionExample> examples = new ArrayList<>();
  private @Nullable Form form;

  private DialogueReader(Path file) {
    this.file = file;
  }

  /** The examples of a file, at least one. */
  public static Instructions read(Path file) {
    DialogueReader reader = new DialogueReader(file);
    NestedEntries.forEach(file, reader::add);
    if (reader.form == null) {
      throw UserProblem.failure(file + " holds no examples");
    }
    return new Instructions(file, reader.form, reader.examples);
  }

  private void add(Entry entry) {
    if (form == null) {
      form = formOf(entry);
    }
    requireFields(entry, form);
    examples.add(example(entry, form));
  }

  private InstructionExample example(Entry entry, Form form) {
    long line = entry.number();
    return switch (form) {
      case CHAT -> new InstructionExample.Chat(turns(entry), line);
      case INSTRUCTION ->
          new InstructionExample.Instruction(
              text(entry, "instruction"), input(entry), text(entry, "output"), line);
      case COMPLETION ->
          new InstructionExample.Completion(text(entry, "prompt"), text(entry, "completion"), line);
      case QUESTION ->
          new InstructionExample.Question(text(entry, "question"), text(entry, "answer"), line);
    };
  }

  private Form formOf(Entry entry) {
    return Arrays.stream(Form.values())
        .filter(candidate -> candidate.fields().stream().allMatch(entry.node()::hasNonNull))
        .findFirst()
        .orElseThrow(
            () ->
                entry.problem(
                    file,
                    "no instruction data; fields present: %s; expected %s"
                        .formatted(String.join(", ", names(entry.node())), forms())));
  }

  private void requireFields(Entry entry, Form form) {
    for (String field : form.fields()) {
      if (!entry.node().hasNonNull(field)) {
        List<String> present = names(entry.node());
        throw entry.problem(
            file,
            "no field '%s', which the first example has; fields present: %s%s"
                .formatted(field, String.join(", ", present), NearestName.hint(field, present)));
      }
    }
  }

  private String input(Entry entry) {
    return entry.node().hasNonNull("input") ? text(entry, "input") : "";
  }

  private String text(Entry entry, String field) {
    return text(entry, entry.node().get(field), field);
  }

  private String text(Entry entry, @Nullable JsonNode node, String path) {
    if (node == null || !node.isTextual()) {
      throw entry.problem(
          file,
          "%s: expected text, found %s"
              .formatted(path, node == null ? "nothing" : node.getNodeType()));
    }
    return node.textValue();
  }

  private List<Turn> turns(Entry entry) {
    JsonNode messages = entry.node().get("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw entry.problem(
          file, "messages: expected a list of {\"role\": ..., \"content\": ...}, at least one");
    }
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      String path = "messages[" + i + "]";
      JsonNode message = messages.get(i);
      Role role = role(entry, message.get("role"), path + ".role");
      turns.add(new Turn(role, text(entry, message.get("content"), path + ".content")));
    }
    return turns;
  }

  private Role role(Entry entry, @Nullable JsonNode node, String path) {
    String name = text(entry, node, path);
    int index = ROLES.indexOf(name);
    if (index < 0) {
      throw entry.problem(
          file,
          "%s: unknown role '%s'; expected one of %s%s"
              .formatted(path, name, String.join(", ", ROLES), NearestName.hint(name, ROLES)));
    }
    return Role.values()[index];
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String forms() {
    return Arrays.stream(Form.values())
        .map(form -> String.join(" and ", form.fields()))
        .collect(Collectors.joining(", or "));
  }
}
