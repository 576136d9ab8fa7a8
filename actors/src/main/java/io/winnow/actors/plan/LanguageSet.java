package io.winnow.actors.plan;

import io.winnow.model.data.EncodedDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows whose tokens have the next one as target; scored by perplexity, exp of the mean loss of a
 * target.
 */
final class LanguageSet implements TaskSet {
  private final EncodedDataset rows;

  LanguageSet(EncodedDataset rows) {
    this.rows = rows;
  }

  @Override
  public EncodedDataset rows() {
    return rows;
  }

  @Override
  public Map<String, Double> score(List<float[]> outputs, int batchSize) {
    double loss = 0;
    double targets = 0;
    for (float[] batch : outputs) {
      for (int at = 0; at < batch.length; at += 2) {
        loss += batch[at];
        targets += batch[at + 1];
      }
    }
    return Map.of("perplexity", StrictMath.exp(loss / Math.max(1, targets)));
  }

  @Override
  public List<String> predictions(List<float[]> outputs, int batchSize) {
    List<String> lines = new ArrayList<>();
    lines.add("index\tloss\ttargets");
    for (float[] batch : outputs) {
      for (int at = 0; at < batch.length; at += 2) {
        lines.add(
            String.format(
                Locale.ROOT, "%d\t%.6f\t%d", lines.size() - 1, batch[at], (int) batch[at + 1]));
      }
    }
    return lines;
  }
}
