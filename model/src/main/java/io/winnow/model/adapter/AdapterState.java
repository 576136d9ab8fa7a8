package io.winnow.model.adapter;

/**
 * The trained values of one head: A {@code [rank, in]} and B {@code [out, rank]} row-major, omega a
 * scalar. The arrays are published: nobody writes them again, an update makes new ones.
 */
public record AdapterState(AdapterId id, int rank, float[] a, float[] b, float omega) {
  /** True while omega is exactly zero: the head is masked (not yet pruned). */
  public boolean isMasked() {
    return omega == 0f;
  }
}
