package io.winnow.model.compute;

/**
 * Rotary position embedding of a sweep, in the half-split form of Hugging Face: of each head's
 * {@code width} values, i and i + width / 2 turn together.
 *
 * @param cos and {@code sin}: {@code [positions, width / 2]}
 * @param positions of each row of what is rotated
 * @param width of a head
 */
public record Rotary(Tensor cos, Tensor sin, int[] positions, int width) {
  /** Which way to turn: backward is the transpose, for gradients. */
  public enum Turn {
    FORWARD,
    BACKWARD
  }
}
