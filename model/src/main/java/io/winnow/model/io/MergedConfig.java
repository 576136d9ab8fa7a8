package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.TaskHead;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The config.json of a merged model: the base's, with what the task and the merging changed. */
final class MergedConfig {
  private static final String LABEL = "LABEL_";

  private MergedConfig() {}

  /**
   * The text of the file.
   *
   * @param labels names of the classes by index; empty where they have none
   */
  static String text(JsonNode base, TaskHead head, List<String> labels, MergedType type) {
    Map<String, Object> config = new TreeMap<>();
    base.properties().forEach(field -> config.put(field.getKey(), field.getValue()));
    config.put("architectures", List.of(Architecture.transformersClass(base, head)));
    if (type != MergedType.SOURCE) {
      String key = base.has("dtype") ? "dtype" : "torch_dtype"; // transformers 5, and before
      config.put(key, type == MergedType.F32 ? "float32" : "bfloat16");
    }
    config.remove("problem_type");
    if (head.kind() == TaskHead.Kind.SEQUENCE) {
      putLabels(config, head, labels.isEmpty() ? ModelLabels.named(base) : labels);
    }
    return PythonJson.text(config) + "\n";
  }

  private static void putLabels(Map<String, Object> config, TaskHead head, List<String> labels) {
    ObjectNode names = JsonNodeFactory.instance.objectNode();
    ObjectNode numbers = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < head.labels(); i++) {
      String name = labels.size() == head.labels() ? labels.get(i) : LABEL + i;
      names.put(Integer.toString(i), name);
      numbers.put(name, i);
    }
    config.put("id2label", names);
    config.put("label2id", numbers);
    config.put("num_labels", head.labels());
    config.put("problem_type", head.labels() == 1 ? "regression" : "single_label_classification");
  }
}
