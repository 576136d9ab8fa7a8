package io.winnow.model.compute;

/** A number over the bits of all kernels' results for fixed inputs; run in several JVM modes. */
public final class KernelBits {
  private static final int[] WIDTHS = {1, 7, 8, 33, 64, 130};

  private KernelBits() {}

  /** Prints the number after {@code args[0]} rounds. */
  public static void main(String[] args) {
    long bits = 0;
    for (int round = 0; round < Integer.parseInt(args[0]); round++) {
      bits = hash();
    }
    System.out.println("bits=" + Long.toHexString(bits));
  }

  static long hash() {
    long bits = 0;
    for (int n : WIDTHS) {
      bits = CounterHash.with(bits, rows(n));
      bits = CounterHash.with(bits, activations(n));
      bits = CounterHash.with(bits, rms(n));
      bits = CounterHash.with(bits, crossEntropy(n));
      bits = CounterHash.with(bits, relative(n));
    }
    return bits;
  }

  private static long rows(int n) {
    float[] x = Samples.values(n, n);
    float[] y = Samples.values(n + 1000, n);
    float[] scratch = new float[n];
    float[] affine = Samples.values(n + 2000, n);
    long bits = Float.floatToRawIntBits(RowSums.sum(x, 0, n));
    bits = CounterHash.with(bits, Float.floatToRawIntBits(RowSums.max(x, 0, n)));
    float[] slope = new float[n];
    RowKernels.geluAndSlope(x.clone(), slope, scratch, n);
    bits = fold(bits, slope);
    RowKernels.gelu(x, scratch, n);
    bits = fold(bits, x);
    bits = CounterHash.with(bits, Float.floatToRawIntBits(RowKernels.normalize(y, n, 1e-7f)));
    RowKernels.normGradient(x, y, n, 1.7f);
    bits = fold(bits, x);
    RowKernels.scaleShift(y, affine, slope, n);
    RowKernels.softmax(y, scratch, 1, n);
    float[] tile = Samples.values(n + 3000, 3 * n);
    RowKernels.softmax(tile, new float[3 * n], 3, n);
    bits = fold(bits, tile);
    bits = fold(bits, y);
    RowKernels.softmaxGradient(x, y, n);
    RowKernels.drop(x, n, DropMask.of(3, 0.25f), 5);
    RowKernels.addScaled(x, 0.3f, y, n);
    RowKernels.multiply(x, y, n);
    RowKernels.add(x, affine, n);
    double[] sums = new double[n];
    RowKernels.columnSums(sums, x, n);
    RowKernels.columnDots(sums, x, y, n);
    bits = fold(bits, x);
    for (double sum : sums) {
      bits = CounterHash.with(bits, Double.doubleToRawLongBits(sum));
    }
    return bits;
  }

  private static long activations(int n) {
    long bits = 0;
    for (Activation f : Activation.values()) {
      float[] x = Samples.values(n + 4000, n);
      RowKernels.addScaled(x, 3f, x.clone(), n); // up to 8
      float[] y = x.clone();
      float[] slope = new float[n];
      RowKernels.activate(f, y, new float[n], n);
      bits = fold(bits, y);
      RowKernels.activateAndSlope(f, x, slope, new float[n], n);
      bits = fold(fold(bits, x), slope);
    }
    return bits;
  }

  private static long rms(int n) {
    float[] x = Samples.values(n + 5000, n);
    float[] e = Samples.values(n + 6000, n);
    float rstd = RowKernels.normalizeRms(x, n, 1e-6f);
    RowKernels.rmsGradient(e, x, n, rstd);
    float[] head = Samples.values(n + 7000, 2 * n);
    RowKernels.negate(x, n);
    RowKernels.rotate(head, 0, x, e, n);
    return fold(fold(Float.floatToRawIntBits(rstd), e), head);
  }

  private static long crossEntropy(int n) {
    float[] z = Samples.values(n + 8000, n);
    double loss = RowKernels.crossEntropy(z, new float[n], n, n / 2, 0.3f);
    return fold(Double.doubleToRawLongBits(loss), z);
  }

  private static long relative(int n) {
    int[] column = new int[2 * n - 1];
    for (int d = 0; d < column.length; d++) {
      column[d] = d / 2;
    }
    var index = new RelativeIndex(n, n, column);
    float[] s = Samples.values(1, n * n);
    float[] c = Samples.values(2, n * n);
    RelativeKernels.addByRow(s, c, index);
    RelativeKernels.addByColumn(s, c, index);
    RelativeKernels.scatterByRow(s, c, index);
    RelativeKernels.scatterByColumn(s, c, index);
    return fold(fold(0, s), c);
  }

  private static long fold(long bits, float[] values) {
    long folded = bits;
    for (float value : values) {
      folded = CounterHash.with(folded, Float.floatToRawIntBits(value));
    }
    return folded;
  }
}
