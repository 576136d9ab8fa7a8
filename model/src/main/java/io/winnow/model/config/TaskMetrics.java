package io.winnow.model.config;

import io.winnow.model.config.RunConfig.Task;
import io.winnow.model.task.score.GlueTask;
import java.util.ArrayList;
import java.util.List;

/** Names of the metrics that a run evaluates, by what it learns. */
public final class TaskMetrics {
  private TaskMetrics() {}

  /** All that the evaluations of a run give, the one that decides by default first. */
  public static List<String> of(Task task) {
    GlueTask glue = task.glue();
    if (glue != null) {
      List<String> names = new ArrayList<>();
      if (glue.metrics().size() > 1) {
        names.add(GlueTask.COMBINED);
      }
      glue.metrics().forEach(metric -> names.add(metric.key()));
      names.add("loss");
      return names;
    }
    return switch (task.kind()) {
      case CLASSIFICATION -> List.of("accuracy", "f1", "matthews_correlation", "loss");
      case REGRESSION -> List.of("mse", "pearson", "spearman", "loss");
      case QUESTION_ANSWERING ->
          task.answers().unanswerable()
              ? List.of("f1", "exact", "loss")
              : List.of("f1", "exact_match", "loss");
      case SEQ2SEQ, CAUSAL_LM, INSTRUCTION -> List.of("loss", "perplexity");
    };
  }
}
