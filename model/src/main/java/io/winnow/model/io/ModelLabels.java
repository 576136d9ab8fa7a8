package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Names of classes in a config.json. */
public final class ModelLabels {
  private ModelLabels() {}

  /**
   * The names that {@code id2label} gives the classes, by index; empty where it is absent, has gaps
   * or repeats a name, or where a name is only a placeholder (LABEL_0).
   */
  public static List<String> named(JsonNode config) {
    JsonNode node = config.path("id2label");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      String name = node.path(Integer.toString(i)).asText("");
      if (name.isEmpty() || name.matches("LABEL_\\d+") || names.contains(name)) {
        return List.of();
      }
      names.add(name);
    }
    return List.copyOf(names);
  }
}
