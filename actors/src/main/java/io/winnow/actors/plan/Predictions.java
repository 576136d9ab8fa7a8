package io.winnow.actors.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Predictions as tab-separated rows: a class by name with every class's logit, or a value. */
public final class Predictions {
  private Predictions() {}

  /**
   * A header, then one row per example.
   *
   * @param labels names of the classes by index; empty for regression
   */
  static List<String> rows(List<float[]> logits, List<String> labels) {
    List<String> rows = new ArrayList<>();
    rows.add(labels.isEmpty() ? "index\tprediction" : header(labels));
    int outputs = Math.max(1, labels.size());
    for (float[] batch : logits) {
      for (int at = 0; at < batch.length; at += outputs) {
        int index = rows.size() - 1;
        rows.add(labels.isEmpty() ? index + "\t" + batch[at] : row(index, batch, at, labels));
      }
    }
    return rows;
  }

  private static String header(List<String> labels) {
    return "index\tprediction\tlogit_" + String.join("\tlogit_", labels);
  }

  private static String row(int index, float[] logits, int at, List<String> labels) {
    int best = 0;
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < labels.size(); c++) {
      best = logits[at + c] > logits[at + best] ? c : best;
      all.append(String.format(Locale.ROOT, "\t%.6f", logits[at + c]));
    }
    return index + "\t" + labels.get(best) + all;
  }

  /** A text as one field of a tab-separated row. */
  public static String field(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }
}
