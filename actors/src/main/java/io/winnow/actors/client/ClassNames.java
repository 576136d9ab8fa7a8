package io.winnow.actors.client;

import io.winnow.actors.plan.ModelFacts;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelLabels;
import io.winnow.model.task.score.GlueTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** Which output of a model folder stands for which class of the data. */
final class ClassNames {
  private ClassNames() {}

  /**
   * The data's names of the classes in the order of the model's outputs. That order is the one of
   * {@code id2label} where it has real names, else the data's; a difference of upper and lower case
   * does not matter. Data whose labels are numbers has them in the order of the outputs.
   */
  static List<String> of(RunConfig config, ModelFacts model) {
    List<String> data = TaskEncoding.labels(config);
    List<String> names = ModelLabels.named(model.config());
    if (data.isEmpty() || names.isEmpty() || areNumbers(names)) {
      return data;
    }
    List<String> spelled = names.stream().map(name -> spelled(name, data)).toList();
    GlueTask glue = config.task().glue();
    if (new HashSet<>(spelled).equals(new HashSet<>(data))) {
      requireOrder(glue, spelled, model.folder());
      return spelled;
    }
    if (areNumbers(data) && data.size() == names.size()) {
      return data;
    }
    if (glue != null) {
      throw UserProblem.failure(
          "%s: config.json names the classes %s; the GLUE task %s has %s"
              .formatted(
                  model.folder(), String.join(", ", names), glue.key(), String.join(", ", data)));
    }
    return names;
  }

  private static boolean areNumbers(List<String> names) {
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      numbers.add(Integer.toString(i));
    }
    return names.equals(numbers);
  }

  private static String spelled(String name, List<String> data) {
    return data.stream().filter(label -> same(label, name)).findFirst().orElse(name);
  }

  private static boolean same(String label, String name) {
    return label.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT));
  }

  /** F1 is that of class 1, which must be the task's. */
  private static void requireOrder(GlueTask glue, List<String> names, Path folder) {
    if (glue != null
        && glue.metrics().contains(GlueTask.Metric.F1)
        && !names.equals(glue.labelNames())) {
      throw UserProblem.failure(
          "%s: config.json has the classes in the order %s; F1 of the GLUE task %s needs %s"
              .formatted(
                  folder,
                  String.join(", ", names),
                  glue.key(),
                  String.join(", ", glue.labelNames())));
    }
  }
}
