package io.winnow.model.text;

import java.util.Arrays;

/**
 * A text or a pair as the model takes it, special tokens included, without padding: token ids, and
 * token types (0 first text, 1 second text) of the same length; published, never written again.
 *
 * @param truncated whether tokens were cut off to keep the maximum length
 */
public record Encoded(int[] ids, int[] types, boolean truncated) {
  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  /** The attention mask: 1 for every token, there is no padding. */
  public int[] attention() {
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    return ones;
  }
}
