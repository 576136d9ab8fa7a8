package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The place of one LoRA head on a linear layer. Unbound (never adapted, or pruned) it computes
 * nothing; bound with omega = 0 it is masked: only d omega is computed.
 */
public final class AdapterSlot implements AutoCloseable {
  private static final float[] EMPTY = {};

  private final LinearSite site;
  private @Nullable Bound bound;

  public AdapterSlot(LinearSite site) {
    this.site = site;
  }

  /**
   * Current values of a head.
   *
   * @param a {@code [rank, in]}
   * @param b {@code [out, rank]}
   */
  public record Values(int rank, float scale, float omega, float[] a, float[] b) {}

  /**
   * Gradient of a head.
   *
   * @param a {@code [rank, in]}, empty while masked
   * @param b {@code [out, rank]}, empty while masked
   */
  public record Gradient(float[] a, float[] b, float omega) {}

  public LinearSite site() {
    return site;
  }

  public boolean isBound() {
    return bound != null;
  }

  /** Takes these values from now on. */
  public void bind(Values values) {
    check(values);
    if (bound == null || bound.rank != values.rank()) {
      unbind();
      bound = new Bound(site, values.rank());
    }
    bound.a.set(values.a());
    bound.b.set(values.b());
    bound.scale = values.scale();
    bound.omega = values.omega();
  }

  private void check(Values values) {
    int rank = values.rank();
    if (rank < 1
        || values.a().length != rank * site.in()
        || values.b().length != rank * site.out()) {
      throw new IllegalStateException(
          String.format(
              "head of rank %d on %s [%d -> %d]: got %d values of A and %d of B",
              rank, site.path(), site.in(), site.out(), values.a().length, values.b().length));
    }
  }

  /** Removes the head and frees its memory. */
  public void unbind() {
    if (bound != null) {
      bound.close();
    }
    bound = null;
  }

  /** The gradient summed since {@link #clearGradient}, in fresh arrays. */
  public Gradient gradient() {
    Bound head = bound();
    return new Gradient(
        head.isMasked() ? EMPTY : head.dA.toArray(),
        head.isMasked() ? EMPTY : head.dB.toArray(),
        (float) head.dOmega);
  }

  /** Sets the gradient to zero. */
  public void clearGradient(Backend backend) {
    if (bound != null) {
      backend.fill(bound.dA.matrix(), 0f);
      backend.fill(bound.dB.matrix(), 0f);
      bound.dOmega = 0;
    }
  }

  Bound bound() {
    if (bound == null) {
      throw new IllegalStateException("no head on " + site.path());
    }
    return bound;
  }

  @Override
  public void close() {
    unbind();
  }

  @Override
  public String toString() {
    return site.path() + (bound == null ? "" : Arrays.toString(bound.a.shape()));
  }

  /** A head's values and gradient. */
  static final class Bound implements AutoCloseable {
    final int rank;
    final Tensor a; // [rank, in]
    final Tensor b; // [out, rank]
    final Tensor dA; // [rank, in]
    final Tensor dB; // [out, rank]
    float scale;
    float omega;
    double dOmega;

    private Bound(LinearSite site, int rank) {
      this.rank = rank;
      this.a = Tensor.zeros(rank, site.in());
      this.b = Tensor.zeros(site.out(), rank);
      this.dA = Tensor.zeros(rank, site.in());
      this.dB = Tensor.zeros(site.out(), rank);
    }

    boolean isMasked() {
      return omega == 0f;
    }

    /** omega s, what the head's output is multiplied by. */
    float factor() {
      return omega * scale;
    }

    @Override
    public void close() {
      dB.close();
      dA.close();
      b.close();
      a.close();
    }
  }
}
