package io.winnow.actors.run;

import java.util.List;
import java.util.Map;

/** A validation set, and how logits on it are scored. */
public interface Evaluation {
  /** The examples, in order. */
  Examples examples();

  /** Metrics by name from the logits of consecutive batches; pure, runs off the default pool. */
  Map<String, Double> score(List<float[]> logits);
}
