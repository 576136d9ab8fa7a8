package io.winnow.model.task;

import io.winnow.model.compute.Matrix;

/**
 * Loss of a micro-batch as its share of the optimizer step's mean: the sum over its examples,
 * divided by the number of targets of the whole step. Sums are in double, in example order.
 *
 * <pre>
 *   classes:  -ln softmax(z)[label],   dz = (softmax(z) - onehot(label)) / normaliser
 *   values:   (z - label)^2,           dz = 2 (z - label) / normaliser
 * </pre>
 *
 * @param sum over the examples, not divided
 * @param gradient of sum / normaliser in the logits, {@code [examples, labels]}
 */
public record Loss(double sum, float[] gradient) {

  /** Loss and gradient of these logits. */
  public static Loss of(Matrix logits, Targets targets, double normaliser) {
    float[] z = logits.toArray();
    float[] gradient = new float[z.length];
    double sum = 0;
    for (int i = 0; i < logits.rows(); i++) {
      int at = i * logits.columns();
      if (targets instanceof Targets.Classes classes) {
        sum += crossEntropy(new Row(z, gradient, at, logits.columns()), classes.labels()[i]);
      } else if (targets instanceof Targets.Values values) {
        sum += squaredError(new Row(z, gradient, at, logits.columns()), values.labels()[i]);
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) (gradient[i] / normaliser);
    }
    return new Loss(sum, gradient);
  }

  private record Row(float[] z, float[] gradient, int at, int columns) {}

  private static double crossEntropy(Row row, int label) {
    if (label < 0 || label >= row.columns) {
      throw new IllegalStateException("label " + label + " of " + row.columns + " classes");
    }
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < row.columns; c++) {
      max = Math.max(max, row.z[row.at + c]);
    }
    double total = 0;
    for (int c = 0; c < row.columns; c++) {
      total += StrictMath.exp(row.z[row.at + c] - max);
    }
    for (int c = 0; c < row.columns; c++) {
      double p = StrictMath.exp(row.z[row.at + c] - max) / total;
      row.gradient[row.at + c] = (float) (c == label ? p - 1 : p);
    }
    return StrictMath.log(total) + max - row.z[row.at + label];
  }

  private static double squaredError(Row row, float target) {
    if (row.columns != 1) {
      throw new IllegalStateException("regression has one logit, not " + row.columns);
    }
    double difference = (double) row.z[row.at] - target;
    row.gradient[row.at] = (float) (2 * difference);
    return difference * difference;
  }
}
