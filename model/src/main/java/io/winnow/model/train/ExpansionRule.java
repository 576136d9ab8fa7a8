package io.winnow.model.train;

/** How a head of WeightLoRA+ gets a larger rank (method.md, "WeightLoRA+"). */
public enum ExpansionRule {
  /** {@code A^T = [Q, (I - Q Q^T) N]}, {@code B = [B R^T, 0]}: the same function. */
  SMART,
  /** {@code A = [A; N^T]}, {@code B = [B, 0]}: the same function. */
  DUMMY,
  /** {@code A = N^T}, {@code B = 0}: the function is dropped. */
  RESTART;

  /** Columns of noise N that a growth takes. */
  int noiseColumns(int rank, int newRank) {
    return this == RESTART ? newRank : newRank - rank;
  }
}
