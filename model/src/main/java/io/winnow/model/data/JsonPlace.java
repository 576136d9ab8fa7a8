package io.winnow.model.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A value in a JSON file and the path to it; what is not as expected is refused under that path.
 *
 * @param within what stands before the path in messages: nothing, or "line 3: "
 * @param path like data[3].paragraphs[0]; empty for the outermost value
 */
record JsonPlace(Path file, String within, String path, JsonNode node) {

  /** The outermost value of a file. */
  static JsonPlace root(Path file, JsonNode node) {
    return new JsonPlace(file, "", "", node);
  }

  /** Whether there is a field with a value other than null. */
  boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** A field that must be there. */
  JsonPlace get(String field) {
    if (!node.isObject()) {
      throw problem("expected an object, found " + node.getNodeType());
    }
    if (!has(field)) {
      List<String> present = new ArrayList<>();
      node.fieldNames().forEachRemaining(present::add);
      throw problem(
          "no field '%s'; fields present: %s%s"
              .formatted(field, String.join(", ", present), NearestName.hint(field, present)));
    }
    String name = path.isEmpty() ? field : path + "." + field;
    return new JsonPlace(file, within, name, node.get(field));
  }

  /** The values of a list. */
  List<JsonPlace> items() {
    if (!node.isArray()) {
      throw problem("expected a list, found " + node.getNodeType());
    }
    List<JsonPlace> items = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      items.add(new JsonPlace(file, within, path + "[" + i + "]", node.get(i)));
    }
    return items;
  }

  String text() {
    if (!node.isTextual()) {
      throw problem("expected text, found " + node.getNodeType());
    }
    return node.textValue();
  }

  /** A text, or a number as it is written. */
  String name() {
    return node.isNumber() ? node.asText() : text();
  }

  int index() {
    if (!node.canConvertToInt() || !node.isIntegralNumber() || node.intValue() < 0) {
      throw problem("expected a whole number from 0 on, found " + node);
    }
    return node.intValue();
  }

  boolean flag() {
    if (!node.isBoolean() && !node.asText().matches("true|false")) {
      throw problem("expected true or false, found " + node);
    }
    return node.asBoolean();
  }

  UserProblem problem(String message) {
    String where = within + (path.isEmpty() ? "" : path + ": ");
    return UserProblem.failure(file + ": " + where + message);
  }
}
