package io.winnow.model.compute;

/** 1 = token, 0 = padding, {@code [examples, length]} row-major. */
public record PaddingMask(int examples, int length, int[] tokens) {
  /** Whether row r of {@code [examples * length]} is a token. */
  public boolean isToken(int row) {
    return tokens[row] != 0;
  }
}
