package io.winnow.model.task;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import java.util.Arrays;

/**
 * Loss of a micro-batch as its share of the optimizer step's mean: the sum over its targets,
 * divided by the number of targets of the whole step. Sums are in double, in target order.
 *
 * <pre>
 *   classes:  -ln softmax(z)[label],   dz = (softmax(z) - onehot(label)) / normaliser
 *   values:   (z - label)^2,           dz = 2 (z - label) / normaliser
 *   spans:    (-ln softmax(b)[start] - ln softmax(e)[end]) / 2, b and e the logits of an example's
 *             tokens to begin and to end
 *   next:     -ln softmax(z)[id] for each row that has a target
 * </pre>
 */
public final class Loss {
  private final Backend backend;
  private final Matrix logits;
  private final double normaliser;

  private Loss(Backend backend, Matrix logits, double normaliser) {
    this.backend = backend;
    this.logits = logits;
    this.normaliser = normaliser;
  }

  /**
   * The losses of these logits, which become their gradient of sum / normaliser in place.
   *
   * @return one loss per example for classes, values and spans; one per row of logits for next
   *     tokens
   */
  public static double[] toGradient(
      Backend backend, Matrix logits, Targets targets, double normaliser) {
    var loss = new Loss(backend, logits, normaliser);
    if (targets instanceof Targets.Classes classes) {
      return loss.classes(classes.labels());
    } else if (targets instanceof Targets.Values values) {
      return loss.values(values.labels());
    } else if (targets instanceof Targets.Spans spans) {
      return loss.spans(spans);
    }
    return loss.next((Targets.Next) targets);
  }

  private double[] classes(int[] labels) {
    for (int label : labels) {
      if (label < 0 || label >= logits.columns()) {
        throw new IllegalStateException("label " + label + " of " + logits.columns() + " classes");
      }
    }
    float[] z = logits.toArray();
    double[] losses = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      losses[i] = crossEntropy(new Row(z, i * logits.columns(), 1, logits.columns()), labels[i]);
    }
    logits.set(divided(z, normaliser));
    return losses;
  }

  private double[] values(float[] labels) {
    if (logits.columns() != 1) {
      throw new IllegalStateException("regression has one logit, not " + logits.columns());
    }
    float[] z = logits.toArray();
    double[] losses = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      double difference = (double) z[i] - labels[i];
      losses[i] = difference * difference;
      z[i] = (float) (2 * difference);
    }
    logits.set(divided(z, normaliser));
    return losses;
  }

  private double[] spans(Targets.Spans spans) {
    float[] z = logits.toArray(); // [examples, length, 2]
    int examples = spans.starts().length;
    int length = logits.rows() / examples;
    double[] losses = new double[examples];
    for (int i = 0; i < examples; i++) {
      int at = i * length * 2;
      double begin = crossEntropy(new Row(z, at, 2, length), spans.starts()[i]);
      double end = crossEntropy(new Row(z, at + 1, 2, length), spans.ends()[i]);
      losses[i] = (begin + end) / 2;
    }
    logits.set(divided(z, 2 * normaliser));
    return losses;
  }

  private double[] next(Targets.Next next) {
    int[] rows = next.rows();
    int[] labels = Arrays.stream(rows).map(r -> next.ids()[r]).toArray();
    double[] losses = new double[rows.length];
    backend.crossEntropy(logits, labels, (float) (1 / normaliser), losses);
    return losses;
  }

  /** Logits of one choice among {@code count}, {@code step} apart. */
  private record Row(float[] z, int at, int step, int count) {
    float get(int c) {
      return z[at + c * step];
    }
  }

  /** -ln softmax(row)[label]; the row becomes softmax(row) - onehot(label). */
  private static double crossEntropy(Row row, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < row.count; c++) {
      max = Math.max(max, row.get(c));
    }
    double total = 0;
    for (int c = 0; c < row.count; c++) {
      total += StrictMath.exp(row.get(c) - max);
    }
    double loss = StrictMath.log(total) + max - row.get(label);
    for (int c = 0; c < row.count; c++) {
      double p = StrictMath.exp(row.get(c) - max) / total;
      row.z[row.at + c * row.step] = (float) (c == label ? p - 1 : p);
    }
    return loss;
  }

  private static float[] divided(float[] gradient, double by) {
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) (gradient[i] / by);
    }
    return gradient;
  }
}
