package io.winnow.model.train;

/** A head's size: A is {@code [rank, in]}, B {@code [out, rank]}; the rank is the present one. */
public record HeadSize(int rank, int in, int out) {
  /** Number of trainable values, omega included. */
  public long parameters() {
    return (long) rank * ((long) in + out) + 1;
  }

  /**
   * The rank after an expansion: twice as much, but at most min(in, out), beyond which B A gains
   * nothing and A^T has no thin QR decomposition. A head that is there already does not grow.
   */
  public int grownRank() {
    int most = Math.min(in, out);
    return (int) Math.max(rank, Math.min(2L * rank, most));
  }
}
