package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.text.Template.Kind;
import io.winnow.model.text.Template.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the template of a tokenizer.json from its post_processor. */
final class TemplateJson {
  private static final Template NOTHING = Template.parse("$A", "$A $B:1", Map.of());

  private TemplateJson() {}

  /**
   * The template that a post_processor describes.
   *
   * @param file named in the problem of a kind that is unknown
   */
  static Template read(JsonNode processor, Path file) {
    String type = processor.path("type").asText("");
    return switch (type) {
      case "", "ByteLevel" -> NOTHING;
      case "TemplateProcessing" ->
          new Template(
              parts(processor, processor.path("single")), parts(processor, processor.path("pair")));
      case "BertProcessing" ->
          Template.parse("cls $A sep", "cls $A sep $B:1 sep:1", ends(processor));
      case "RobertaProcessing" ->
          Template.parse("cls $A sep", "cls $A sep sep $B sep", ends(processor));
      case "Sequence" -> sequence(processor, file);
      default ->
          throw UserProblem.failure(
              "%s: post_processor is of the kind \"%s\", which Winnow does not know; it knows"
                      .formatted(file, type)
                  + " TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence");
    };
  }

  private static Template sequence(JsonNode processor, Path file) {
    Template template = NOTHING;
    for (JsonNode part : processor.path("processors")) {
      Template read = read(part, file);
      template = read.equals(NOTHING) ? template : read;
    }
    return template;
  }

  private static Map<String, Integer> ends(JsonNode processor) {
    return Map.of(
        "cls", processor.path("cls").path(1).asInt(), "sep", processor.path("sep").path(1).asInt());
  }

  private static List<Part> parts(JsonNode processor, JsonNode places) {
    List<Part> parts = new ArrayList<>();
    for (JsonNode place : places) {
      JsonNode text = place.path("Sequence");
      if (text.isObject()) {
        Kind kind = text.path("id").asText().equals("B") ? Kind.SECOND : Kind.FIRST;
        parts.add(new Part(kind, -1, text.path("type_id").asInt()));
      }
      JsonNode special = place.path("SpecialToken");
      String name = special.path("id").asText();
      for (JsonNode id : processor.path("special_tokens").path(name).path("ids")) {
        parts.add(new Part(Kind.SPECIAL, id.asInt(), special.path("type_id").asInt()));
      }
    }
    return List.copyOf(parts);
  }
}
