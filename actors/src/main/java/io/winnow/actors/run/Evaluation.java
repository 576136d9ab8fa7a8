package io.winnow.actors.run;

import java.util.List;
import java.util.Map;

/** A validation set, and how logits on it are scored. */
public interface Evaluation {
  /** The examples, in order. */
  Examples examples();

  /**
   * Metrics by name from the outputs of consecutive batches, as {@link
   * io.winnow.model.task.Evaluation} has them, each of {@code batchSize} examples but the last;
   * pure, runs off the default pool.
   */
  Map<String, Double> score(List<float[]> outputs, int batchSize);
}
