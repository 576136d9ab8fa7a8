package io.winnow.model.compute;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every operation as ND4J operations on the tensors' arrays, so that it runs on whatever device
 * ND4J runs on. On a processor it is slower than {@link CpuBackend} and the second oracle for its
 * kernels. Matrices become views, nothing goes through the host. Sums over rows and columns are in
 * double; products, and what is done element by element, in float.
 */
public final class Nd4jBackend implements Backend {
  /** Changes when an operation's arithmetic changes. */
  private static final int KERNELS = 1;

  private final ProductCounter products = new ProductCounter();

  /** A backend on ND4J's device; fails where that device cannot run ND4J's kernels. */
  public Nd4jBackend() {
    DeviceCheck.requireUsableDevice();
    OneThread.ensure();
  }

  /** A compute thread uses one core, and sums have one order; class initialisation does it once. */
  private static final class OneThread {
    static {
      Blas.threads();
      Nd4j.getEnvironment().setMaxMasterThreads(1);
      Nd4j.getEnvironment().setMaxThreads(1);
    }

    static void ensure() {
      // reaching this method has initialised the class
    }
  }

  @Override
  public String name() {
    return Nd4j.getEnvironment().isCPU() ? "nd4j" : "nd4j-cuda";
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
    Nd4jProducts.product(
        Views.of(c), new Nd4jProducts.Factors(Views.of(a), Views.of(b)), alpha, 0f);
  }

  @Override
  public void addProduct(Matrix c, float alpha, Matrix a, Matrix b) {
    products.count(c, a, b);
    Nd4jProducts.product(
        Views.of(c), new Nd4jProducts.Factors(Views.of(a), Views.of(b)), alpha, 1f);
  }

  @Override
  public void fill(Matrix y, float value) {
    Views.of(y).assign(value);
  }

  @Override
  public void fillRows(Matrix y, Tensor bias) {
    Views.of(y).assign(0).addi(Views.row(bias));
  }

  @Override
  public void copy(Matrix y, Matrix x) {
    Views.of(y).assign(Views.of(x));
  }

  @Override
  public void add(Matrix y, Matrix x) {
    Views.of(y).addi(Views.of(x));
  }

  @Override
  public void addScaled(Matrix y, float factor, Matrix x) {
    try (var t = new Temporaries()) {
      Views.of(y).addi(t.floats(x).muli(factor));
    }
  }

  @Override
  public void multiply(Matrix y, Matrix x) {
    Views.of(y).muli(Views.of(x));
  }

  @Override
  public double dot(Matrix a, Matrix b) {
    try (var t = new Temporaries()) {
      INDArray products = t.doubles(a).muli(t.doubles(b));
      return products.sum().getDouble(0);
    }
  }

  @Override
  public void addColumnSums(Tensor into, Matrix x) {
    try (var t = new Temporaries()) {
      addColumnSums(into, t.doubles(x), t);
    }
  }

  @Override
  public void addGammaGradient(Tensor dGamma, Matrix dy, Matrix normalized) {
    try (var t = new Temporaries()) {
      addColumnSums(dGamma, t.doubles(dy).muli(t.doubles(normalized)), t);
    }
  }

  private static void addColumnSums(Tensor into, INDArray rows, Temporaries t) {
    Views.row(into).assign(t.doubles(into).addi(rows.sum(true, 0)));
  }

  @Override
  public void dropout(Matrix y, Matrix x, DropMask mask) {
    try (var t = new Temporaries()) {
      Views.of(y).assign(t.dropped(x, mask));
    }
  }

  @Override
  public void addDropout(Matrix y, Matrix x, DropMask mask) {
    try (var t = new Temporaries()) {
      Views.of(y).addi(t.dropped(x, mask));
    }
  }

  @Override
  public void activate(Activation f, Matrix y, @Nullable Matrix derivative, Matrix x) {
    try (var t = new Temporaries()) {
      INDArray in = t.floats(x);
      Views.of(y).assign(Nd4jActivations.value(f, in));
      if (derivative != null) {
        Views.of(derivative).assign(Nd4jActivations.slope(f, in));
      }
    }
  }

  @Override
  public void layerNorm(
      Matrix y, Norm.Input input, Norm.Weights weights, Norm.@Nullable Tape tape) {
    Nd4jNorms.layerNorm(y, input, weights, tape);
  }

  @Override
  public void layerNormGradient(Matrix ds, Matrix dy, Norm.Weights weights, Norm.Tape tape) {
    Nd4jNorms.layerNormGradient(ds, dy, weights, tape);
  }

  @Override
  public void rmsNorm(Matrix y, Matrix x, Norm.Rms weights, Norm.@Nullable Tape tape) {
    Nd4jNorms.rmsNorm(y, x, weights, tape);
  }

  @Override
  public void rmsNormGradient(Matrix dx, Matrix dy, Norm.Rms weights, Norm.Tape tape) {
    Nd4jNorms.rmsNormGradient(dx, dy, weights, tape);
  }

  @Override
  public void maskedSoftmax(Matrix p, AttentionMask mask) {
    Nd4jAttention.maskedSoftmax(p, mask);
  }

  @Override
  public void softmaxGradient(Matrix dp, Matrix p) {
    Nd4jAttention.softmaxGradient(dp, p);
  }

  @Override
  public void addRelative(Matrix s, Matrix c, Matrix p, RelativeIndex index) {
    Nd4jAttention.addRelative(s, c, p, index);
  }

  @Override
  public void relativeGradient(Matrix ds, Matrix dc, Matrix dp, RelativeIndex index) {
    Nd4jAttention.relativeGradient(ds, dc, dp, index);
  }

  @Override
  public void rotate(Matrix x, Rotary rotary, Rotary.Turn turn) {
    Nd4jAttention.rotate(x, rotary, turn);
  }

  @Override
  public void crossEntropy(Matrix z, int[] labels, float factor, double[] losses) {
    Nd4jRows.crossEntropy(z, labels, factor, losses);
  }

  @Override
  public void widen(Matrix y, Bf16Tensor x, int from) {
    Views.of(y).assign(x.rows(from, y.rows()));
  }

  @Override
  public void gather(Matrix y, Matrix table, int[] ids) {
    Nd4jRows.gather(y, table, ids);
  }

  @Override
  public void scatterAdd(Matrix table, int[] ids, Matrix y) {
    Nd4jRows.scatterAdd(table, ids, y);
  }

  @Override
  public void clearPadding(Matrix y, PaddingMask mask) {
    Nd4jRows.clearPadding(y, mask);
  }
}
