package io.winnow.model.compute;

/** What this thread's products reach here and now, as the measure that utilisation is quoted by. */
public final class GemmPeak {
  private static final int ROWS = 512;
  private static final int WIDTH = 768;

  private GemmPeak() {}

  /** Best GFLOP/s of [512, 768] x [768, 768] products in the given time. */
  public static double measure(double seconds) {
    var backend = new CpuBackend();
    try (Tensor a = Tensor.zeros(ROWS, WIDTH);
        Tensor b = Tensor.zeros(WIDTH, WIDTH);
        Tensor c = Tensor.zeros(ROWS, WIDTH)) {
      backend.fill(a.matrix(), 0.5f);
      backend.fill(b.matrix(), 0.25f);
      long end = System.nanoTime() + (long) (seconds * 1e9);
      double best = 0;
      do {
        best = Math.max(best, gigaFlops(backend, c.matrix(), a.matrix(), b.matrix()));
      } while (System.nanoTime() < end);
      return best;
    }
  }

  private static double gigaFlops(Backend backend, Matrix c, Matrix a, Matrix b) {
    long start = System.nanoTime();
    backend.product(c, 1f, a, b.t());
    return 2.0 * ROWS * WIDTH * WIDTH / (System.nanoTime() - start);
  }
}
