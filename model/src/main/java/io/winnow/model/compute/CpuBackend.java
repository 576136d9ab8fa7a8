package io.winnow.model.compute;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Products by OpenBLAS on the tensors' memory; everything else as fused loops over float tiles that
 * are copied in and out in bulk. Tiles grow to the widest row seen and are reused.
 */
public final class CpuBackend implements Backend {
  /** Changes when a kernel's arithmetic changes: results of other versions differ in their bits. */
  private static final int KERNELS = 1;

  /** Values widened at a time: small enough for the first-level cache. */
  private static final int TILE = 4096;

  private final Blas blas = new Blas();
  private final ProductCounter products = new ProductCounter();
  private final Tiles tiles = new Tiles();
  private final AttentionTiles attention = new AttentionTiles(tiles);
  private double[] sums = new double[0];
  private short[] halves = new short[0];

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int kernels() {
    return KERNELS;
  }

  @Override
  public ProductCounter products() {
    return products;
  }

  @Override
  public Tensor allocate(int... shape) {
    return Tensor.zeros(shape);
  }

  @Override
  public void product(Matrix c, float alpha, Matrix a, Matrix b) {
    products.count(c, a, b);
    blas.gemm(c, new Blas.Factors(a, b), alpha, 0f);
  }

  @Override
  public void addProduct(Matrix c, float alpha, Matrix a, Matrix b) {
    products.count(c, a, b);
    blas.gemm(c, new Blas.Factors(a, b), alpha, 1f);
  }

  @Override
  public void fill(Matrix y, float value) {
    float[] row = tiles.first(y.columns());
    Arrays.fill(row, 0, y.columns(), value);
    for (int r = 0; r < y.rows(); r++) {
      y.write(r, row, 0);
    }
  }

  @Override
  public void fillRows(Matrix y, Tensor bias) {
    float[] row = tiles.first(y.columns());
    bias.values().get(0, row, 0, y.columns());
    for (int r = 0; r < y.rows(); r++) {
      y.write(r, row, 0);
    }
  }

  @Override
  public void copy(Matrix y, Matrix x) {
    float[] row = tiles.first(x.columns());
    for (int r = 0; r < y.rows(); r++) {
      x.read(r, row, 0);
      y.write(r, row, 0);
    }
  }

  @Override
  public void add(Matrix y, Matrix x) {
    addDropout(y, x, DropMask.NONE);
  }

  @Override
  public void addScaled(Matrix y, float factor, Matrix x) {
    int n = y.columns();
    float[] to = tiles.first(n);
    float[] from = tiles.second(n);
    for (int r = 0; r < y.rows(); r++) {
      y.read(r, to, 0);
      x.read(r, from, 0);
      RowKernels.addScaled(to, factor, from, n);
      y.write(r, to, 0);
    }
  }

  @Override
  public void multiply(Matrix y, Matrix x) {
    int n = y.columns();
    float[] to = tiles.first(n);
    float[] from = tiles.second(n);
    for (int r = 0; r < y.rows(); r++) {
      y.read(r, to, 0);
      x.read(r, from, 0);
      RowKernels.multiply(to, from, n);
      y.write(r, to, 0);
    }
  }

  @Override
  public double dot(Matrix a, Matrix b) {
    int n = a.columns();
    float[] x = tiles.first(n);
    float[] y = tiles.second(n);
    double sum = 0;
    for (int r = 0; r < a.rows(); r++) {
      a.read(r, x, 0);
      b.read(r, y, 0);
      for (int i = 0; i < n; i++) {
        sum += (double) x[i] * y[i];
      }
    }
    return sum;
  }

  @Override
  public void addColumnSums(Tensor into, Matrix x) {
    int n = x.columns();
    float[] row = tiles.first(n);
    double[] totals = sums(into, n);
    for (int r = 0; r < x.rows(); r++) {
      x.read(r, row, 0);
      RowKernels.columnSums(totals, row, n);
    }
    store(totals, into, n);
  }

  @Override
  public void dropout(Matrix y, Matrix x, DropMask mask) {
    int n = x.columns();
    float[] row = tiles.first(n);
    for (int r = 0; r < y.rows(); r++) {
      x.read(r, row, 0);
      if (!mask.dropsNothing()) {
        RowKernels.drop(row, n, mask, r);
      }
      y.write(r, row, 0);
    }
  }

  @Override
  public void addDropout(Matrix y, Matrix x, DropMask mask) {
    int n = x.columns();
    float[] from = tiles.first(n);
    float[] to = tiles.second(n);
    for (int r = 0; r < y.rows(); r++) {
      x.read(r, from, 0);
      if (!mask.dropsNothing()) {
        RowKernels.drop(from, n, mask, r);
      }
      y.read(r, to, 0);
      RowKernels.add(to, from, n);
      y.write(r, to, 0);
    }
  }

  @Override
  public void activate(Activation f, Matrix y, @Nullable Matrix derivative, Matrix x) {
    int n = x.columns();
    float[] row = tiles.first(n);
    float[] slope = tiles.second(n);
    float[] scratch = tiles.third(n);
    for (int r = 0; r < y.rows(); r++) {
      x.read(r, row, 0);
      if (derivative == null) {
        RowKernels.activate(f, row, scratch, n);
      } else {
        RowKernels.activateAndSlope(f, row, slope, scratch, n);
        derivative.write(r, slope, 0);
      }
      y.write(r, row, 0);
    }
  }

  @Override
  public void layerNorm(
      Matrix y, Norm.Input input, Norm.Weights weights, Norm.@Nullable Tape tape) {
    int n = y.columns();
    float[] row = tiles.first(n);
    float[] other = tiles.second(n);
    float[] gamma = tiles.third(n);
    float[] beta = tiles.fourth(n);
    weights.gamma().values().get(0, gamma, 0, n);
    weights.beta().values().get(0, beta, 0, n);
    for (int r = 0; r < y.rows(); r++) {
      readSum(input, r, row, other);
      float rstd = RowKernels.normalize(row, n, weights.epsilon());
      if (tape != null) {
        tape.normalized().write(r, row, 0);
        other[0] = rstd;
        tape.rstd().write(r, other, 0);
      }
      RowKernels.scaleShift(row, gamma, beta, n);
      y.write(r, row, 0);
    }
  }

  private static void readSum(Norm.Input input, int r, float[] row, float[] other) {
    int n = input.x().columns();
    input.x().read(r, row, 0);
    if (!input.mask().dropsNothing()) {
      RowKernels.drop(row, n, input.mask(), r);
    }
    if (input.residual() != null) {
      input.residual().read(r, other, 0);
      RowKernels.add(row, other, n);
    }
  }

  @Override
  public void layerNormGradient(Matrix ds, Matrix dy, Norm.Weights weights, Norm.Tape tape) {
    int n = dy.columns();
    float[] row = tiles.first(n);
    float[] normalized = tiles.second(n);
    float[] gamma = tiles.third(n + 1);
    weights.gamma().values().get(0, gamma, 0, n);
    for (int r = 0; r < dy.rows(); r++) {
      dy.read(r, row, 0);
      tape.normalized().read(r, normalized, 0);
      tape.rstd().read(r, gamma, n);
      RowKernels.multiply(row, gamma, n);
      RowKernels.normGradient(row, normalized, n, gamma[n]);
      ds.write(r, row, 0);
    }
  }

  @Override
  public void rmsNorm(Matrix y, Matrix x, Norm.Rms weights, Norm.@Nullable Tape tape) {
    int n = y.columns();
    float[] row = tiles.first(n);
    float[] gamma = tiles.second(n);
    float[] single = tiles.third(1);
    weights.gamma().values().get(0, gamma, 0, n);
    for (int r = 0; r < y.rows(); r++) {
      x.read(r, row, 0);
      single[0] = RowKernels.normalizeRms(row, n, weights.epsilon());
      if (tape != null) {
        tape.normalized().write(r, row, 0);
        tape.rstd().write(r, single, 0);
      }
      RowKernels.multiply(row, gamma, n);
      y.write(r, row, 0);
    }
  }

  @Override
  public void rmsNormGradient(Matrix dx, Matrix dy, Norm.Rms weights, Norm.Tape tape) {
    int n = dy.columns();
    float[] row = tiles.first(n);
    float[] normalized = tiles.second(n);
    float[] gamma = tiles.third(n + 1);
    weights.gamma().values().get(0, gamma, 0, n);
    for (int r = 0; r < dy.rows(); r++) {
      dy.read(r, row, 0);
      tape.normalized().read(r, normalized, 0);
      tape.rstd().read(r, gamma, n);
      RowKernels.multiply(row, gamma, n);
      RowKernels.rmsGradient(row, normalized, n, gamma[n]);
      dx.write(r, row, 0);
    }
  }

  @Override
  public void rotate(Matrix x, Rotary rotary, Rotary.Turn turn) {
    int half = rotary.width() / 2;
    float[] row = tiles.first(x.columns());
    float[] cos = tiles.second(half);
    float[] sin = tiles.third(half);
    for (int r = 0; r < x.rows(); r++) {
      x.read(r, row, 0);
      rotary.cos().values().get(rotary.positions()[r] * half, cos, 0, half);
      rotary.sin().values().get(rotary.positions()[r] * half, sin, 0, half);
      if (turn == Rotary.Turn.BACKWARD) {
        RowKernels.negate(sin, half);
      }
      for (int at = 0; at < x.columns(); at += rotary.width()) {
        RowKernels.rotate(row, at, cos, sin, half);
      }
      x.write(r, row, 0);
    }
  }

  @Override
  public void crossEntropy(Matrix z, int[] labels, float factor, double[] losses) {
    int n = z.columns();
    float[] row = tiles.first(n);
    float[] scratch = tiles.second(n);
    for (int r = 0; r < z.rows(); r++) {
      if (labels[r] < 0) {
        losses[r] = 0;
        Arrays.fill(row, 0, n, 0f);
      } else {
        z.read(r, row, 0);
        losses[r] = RowKernels.crossEntropy(row, scratch, n, labels[r], factor);
      }
      z.write(r, row, 0);
    }
  }

  @Override
  public void addGammaGradient(Tensor dGamma, Matrix dy, Matrix normalized) {
    int n = dy.columns();
    float[] row = tiles.first(n);
    float[] other = tiles.second(n);
    double[] totals = sums(dGamma, n);
    for (int r = 0; r < dy.rows(); r++) {
      dy.read(r, row, 0);
      normalized.read(r, other, 0);
      RowKernels.columnDots(totals, row, other, n);
    }
    store(totals, dGamma, n);
  }

  @Override
  public void maskedSoftmax(Matrix p, AttentionMask mask) {
    attention.maskedSoftmax(p, mask);
  }

  @Override
  public void softmaxGradient(Matrix dp, Matrix p) {
    int n = p.columns();
    float[] gradient = tiles.first(n);
    float[] row = tiles.second(n);
    for (int r = 0; r < p.rows(); r++) {
      dp.read(r, gradient, 0);
      p.read(r, row, 0);
      RowKernels.softmaxGradient(gradient, row, n);
      dp.write(r, gradient, 0);
    }
  }

  @Override
  public void addRelative(Matrix s, Matrix c, Matrix p, RelativeIndex index) {
    attention.addRelative(s, c, p, index);
  }

  @Override
  public void relativeGradient(Matrix ds, Matrix dc, Matrix dp, RelativeIndex index) {
    attention.relativeGradient(ds, dc, dp, index);
  }

  @Override
  public void widen(Matrix y, Bf16Tensor x, int from) {
    int n = x.columns();
    if (y.stride() == n && y.rows() * n > TILE) {
      x.copyTo(y.data(), y.offset(), from * n, y.rows() * n);
      return;
    }
    int rows = Math.max(1, TILE / n);
    float[] wide = tiles.first(rows * n);
    halves = halves.length < rows * n ? new short[rows * n] : halves;
    for (int r = 0; r < y.rows(); r += rows) {
      int count = Math.min(rows, y.rows() - r);
      x.read((from + r) * n, halves, wide, count * n);
      y.rows(r, count).set(wide);
    }
  }

  @Override
  public void gather(Matrix y, Matrix table, int[] ids) {
    float[] row = tiles.first(y.columns());
    for (int r = 0; r < y.rows(); r++) {
      table.read(ids[r], row, 0);
      y.write(r, row, 0);
    }
  }

  @Override
  public void scatterAdd(Matrix table, int[] ids, Matrix y) {
    int n = y.columns();
    float[] from = tiles.first(n);
    float[] to = tiles.second(n);
    for (int r = 0; r < y.rows(); r++) {
      y.read(r, from, 0);
      table.read(ids[r], to, 0);
      RowKernels.add(to, from, n);
      table.write(ids[r], to, 0);
    }
  }

  @Override
  public void clearPadding(Matrix y, PaddingMask mask) {
    float[] zeros = tiles.first(y.columns());
    Arrays.fill(zeros, 0, y.columns(), 0f);
    for (int r = 0; r < y.rows(); r++) {
      if (!mask.isToken(r)) {
        y.write(r, zeros, 0);
      }
    }
  }

  private double[] sums(Tensor start, int size) {
    sums = sums.length < size ? new double[size] : sums;
    for (int i = 0; i < size; i++) {
      sums[i] = start.values().get(i);
    }
    return sums;
  }

  private static void store(double[] totals, Tensor into, int size) {
    for (int i = 0; i < size; i++) {
      into.writable().put(i, (float) totals[i]);
    }
  }
}
