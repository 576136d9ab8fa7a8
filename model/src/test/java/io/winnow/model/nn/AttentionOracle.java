package io.winnow.model.nn;

import io.winnow.model.compute.AttentionMask;

/**
 * Attention as its formula, naively and in double.
 *
 * @param shape of the heads
 * @param mask who sees whom
 * @param angles {@code [positions, width / 2]} that queries and keys turn by; empty = not rotary
 * @param queryPositions of each row of x
 * @param keyPositions of each row of the memory
 * @param kept what dropout multiplies each probability by, {@code [heads][rows][keys]}
 * @param atStart the scores of the first call, {@code [heads][rows][keys]}: published code adds the
 *     smallest float to a blind query's scores, which drowns them but not their derivative, so its
 *     probabilities are those of the difference to what the scores were
 */
record AttentionOracle(
    Attention.Shape shape,
    AttentionMask mask,
    double[][] angles,
    int[] queryPositions,
    int[] keyPositions,
    float[][][] kept,
    double[][][] atStart) {

  /** Inputs and weights; the weights {@code [out, in]}, the biases may be empty. */
  record Values(double[] x, double[] memory, double[] wq, double[] wk, double[] wv, double[] bk) {}

  /** The context {@code [rows, heads * width]}, flat. */
  double[] context(Values v, int in) {
    double[][] q = turned(linear(v.x(), v.wq(), new double[0], in), queryPositions);
    double[][] k = turned(linear(v.memory(), v.wk(), v.bk(), in), keyPositions);
    double[][] values = linear(v.memory(), v.wv(), new double[0], in);
    int width = shape.width();
    double[] context = new double[q.length * shape.heads() * width];
    for (int head = 0; head < shape.heads(); head++) {
      int group = head * shape.keyHeads() / shape.heads();
      for (int row = 0; row < q.length; row++) {
        int example = row / mask.queries();
        double[] p = probabilities(q[row], k, head, row);
        for (int j = 0; j < mask.keys(); j++) {
          double weight = p[j] * kept[head][row][j];
          for (int c = 0; c < width; c++) {
            context[(row * shape.heads() + head) * width + c] +=
                weight * values[example * mask.keys() + j][group * width + c];
          }
        }
      }
    }
    return context;
  }

  private double[] probabilities(double[] q, double[][] k, int head, int row) {
    int width = shape.width();
    int group = head * shape.keyHeads() / shape.heads();
    int example = row / mask.queries();
    int i = row % mask.queries();
    boolean blind = mask.isBlind(example, i);
    double[] p = new double[mask.keys()];
    double total = 0;
    for (int j = 0; j < p.length; j++) {
      double score = 0;
      for (int c = 0; c < width; c++) {
        score += q[head * width + c] * k[example * mask.keys() + j][group * width + c];
      }
      score /= Math.sqrt(width);
      if (Double.isNaN(atStart[head][row][j])) {
        atStart[head][row][j] = score;
      }
      boolean counts = blind || mask.sees(example, i, j);
      p[j] = counts ? Math.exp(blind ? score - atStart[head][row][j] : score) : 0;
      total += p[j];
    }
    for (int j = 0; j < p.length; j++) {
      p[j] /= total;
    }
    return p;
  }

  private static double[][] linear(double[] x, double[] w, double[] bias, int in) {
    int out = w.length / in;
    double[][] y = new double[x.length / in][out];
    for (int r = 0; r < y.length; r++) {
      for (int o = 0; o < out; o++) {
        y[r][o] = bias.length == 0 ? 0 : bias[o];
        for (int i = 0; i < in; i++) {
          y[r][o] += x[r * in + i] * w[o * in + i];
        }
      }
    }
    return y;
  }

  /** (a, b) at i and i + width / 2 becomes (a cos - b sin, b cos + a sin). */
  private double[][] turned(double[][] x, int[] positions) {
    int half = shape.width() / 2;
    for (int r = 0; r < x.length && angles.length > 0; r++) {
      for (int at = 0; at < x[r].length; at += shape.width()) {
        for (int i = 0; i < half; i++) {
          double angle = angles[positions[r]][i];
          double a = x[r][at + i];
          double b = x[r][at + half + i];
          x[r][at + i] = a * Math.cos(angle) - b * Math.sin(angle);
          x[r][at + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
    }
    return x;
  }
}
