package io.winnow.model.compute;

import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of one compute thread; not shared between threads. Matrices are plain (not
 * transposed) except as factors of a product. Outputs may be the same matrix as an input where the
 * operation is row by row; every operation sums in a fixed order, so the same inputs give the same
 * bits.
 */
public interface Backend {
  /** Name in the numerics fingerprint. */
  String name();

  /** Number in the numerics fingerprint that changes when an operation's arithmetic changes. */
  int kernels();

  /** The products computed so far. */
  ProductCounter products();

  /** A tensor of zeros where this backend computes. */
  Tensor allocate(int... shape);

  /** C = alpha A B. */
  void product(Matrix c, float alpha, Matrix a, Matrix b);

  /** C += alpha A B. */
  void addProduct(Matrix c, float alpha, Matrix a, Matrix b);

  /** y = value. */
  void fill(Matrix y, float value);

  /** Every row of y = bias. */
  void fillRows(Matrix y, Tensor bias);

  /** y = x. */
  void copy(Matrix y, Matrix x);

  /** y += x. */
  void add(Matrix y, Matrix x);

  /** y += factor x. */
  void addScaled(Matrix y, float factor, Matrix x);

  /** y *= x, element by element. */
  void multiply(Matrix y, Matrix x);

  /** Sum over all elements of a * b, in double. */
  double dot(Matrix a, Matrix b);

  /** into[c] += sum over rows of x[r, c]. */
  void addColumnSums(Tensor into, Matrix x);

  /** y = drop(x): element (r, c) of the mask is number r * columns + c, rows padded to 4. */
  void dropout(Matrix y, Matrix x, DropMask mask);

  /** y += drop(x). */
  void addDropout(Matrix y, Matrix x, DropMask mask);

  /** y = f(x); derivative = f'(x) if asked for. */
  void activate(Activation f, Matrix y, @Nullable Matrix derivative, Matrix x);

  /** y = (s - mean(s)) * rstd * gamma + beta, s = residual + drop(x), row by row. */
  void layerNorm(Matrix y, Norm.Input input, Norm.Weights weights, Norm.@Nullable Tape tape);

  /** ds = rstd (e - mean(e) - n mean(e n)), e = dy gamma, n = the normalized values. */
  void layerNormGradient(Matrix ds, Matrix dy, Norm.Weights weights, Norm.Tape tape);

  /** y = x rstd * gamma, rstd = 1 / sqrt(mean(x^2) + eps), row by row. */
  void rmsNorm(Matrix y, Matrix x, Norm.Rms weights, Norm.@Nullable Tape tape);

  /** dx = rstd (e - n mean(e n)), e = dy gamma, n = the normalized values. */
  void rmsNormGradient(Matrix dx, Matrix dy, Norm.Rms weights, Norm.Tape tape);

  /** dGamma[c] += sum over rows of dy n. */
  void addGammaGradient(Tensor dGamma, Matrix dy, Matrix normalized);

  /**
   * p = softmax of each row over the keys that its query sees, in place; 0 elsewhere. A query that
   * sees none: see {@link AttentionMask}. {@code p} is {@code [examples * queries, keys]}.
   */
  void maskedSoftmax(Matrix p, AttentionMask mask);

  /** dp becomes ds = p (dp - sum(p dp)), row by row. */
  void softmaxGradient(Matrix dp, Matrix p);

  /**
   * s[i, j] += c[i, col(i - j)] + p[j, col(i - j)] for each example; s {@code [examples * length,
   * length]}, c and p {@code [examples * length, range]}.
   */
  void addRelative(Matrix s, Matrix c, Matrix p, RelativeIndex index);

  /** dc[i, col(i - j)] = sum of ds[i, j], dp[j, col(i - j)] = sum of ds[i, j]. */
  void relativeGradient(Matrix ds, Matrix dc, Matrix dp, RelativeIndex index);

  /** Turns every head of every row of x {@code [rows, heads * width]}, in place. */
  void rotate(Matrix x, Rotary rotary, Rotary.Turn turn);

  /**
   * losses[r] = -ln softmax(z_r)[labels[r]], and z becomes its gradient times {@code factor}:
   * factor (softmax(z_r) - onehot(labels[r])). Rows with a negative label: loss 0, gradient 0. Sums
   * are in double.
   */
  void crossEntropy(Matrix z, int[] labels, float factor, double[] losses);

  /** y = the rows of x from {@code from} on, as floats. */
  void widen(Matrix y, Bf16Tensor x, int from);

  /** y[r] = table[ids[r]]. */
  void gather(Matrix y, Matrix table, int[] ids);

  /** table[ids[r]] += y[r], in row order. */
  void scatterAdd(Matrix table, int[] ids, Matrix y);

  /** Rows of padding = 0. */
  void clearPadding(Matrix y, PaddingMask mask);
}
