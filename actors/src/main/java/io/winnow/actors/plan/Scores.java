package io.winnow.actors.plan;

import io.winnow.model.task.Metrics;
import io.winnow.model.task.Targets;
import io.winnow.model.task.score.GlueTask;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Metrics of a task by their GLUE names, from logits of consecutive batches. */
final class Scores {
  private Scores() {}

  static Map<String, Double> of(
      Targets targets, List<float[]> logits, int outputs, @Nullable GlueTask glue) {
    float[] all = flat(logits);
    Map<String, Double> scores = new TreeMap<>();
    if (targets instanceof Targets.Classes classes) {
      int[] predicted = predicted(all, outputs);
      if (glue != null) {
        return glue.score(predicted, classes.labels());
      }
      scores.put("accuracy", Metrics.accuracy(predicted, classes.labels()));
      if (outputs == 2) {
        scores.put("f1", Metrics.f1(predicted, classes.labels()));
        scores.put("matthews_correlation", Metrics.matthews(predicted, classes.labels()));
      }
    } else if (targets instanceof Targets.Values values) {
      if (glue != null) {
        return glue.score(all, values.labels());
      }
      scores.put("mse", Metrics.meanSquaredError(all, values.labels()));
      scores.put("pearson", Metrics.pearson(all, values.labels()));
      scores.put("spearman", Metrics.spearman(all, values.labels()));
    }
    return scores;
  }

  /** Index of the largest logit per example; ties go to the smaller index. */
  static int[] predicted(float[] logits, int outputs) {
    int[] predicted = new int[logits.length / outputs];
    for (int i = 0; i < predicted.length; i++) {
      int best = 0;
      for (int c = 1; c < outputs; c++) {
        if (logits[i * outputs + c] > logits[i * outputs + best]) {
          best = c;
        }
      }
      predicted[i] = best;
    }
    return predicted;
  }

  private static float[] flat(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
