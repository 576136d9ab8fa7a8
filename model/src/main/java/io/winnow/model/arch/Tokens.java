package io.winnow.model.arch;

import io.winnow.model.compute.PaddingMask;
import org.jspecify.annotations.Nullable;

/**
 * A batch of sequences.
 *
 * @param types token types like {@code ids}; null = all 0
 * @param decoder what a sequence-to-sequence model's decoder reads; null for other models
 * @param outputs rows {@code [examples * length]} of the last sequence (the decoder's, where there
 *     is one), ascending, for which a language head gives logits; null = all rows. Other heads do
 *     not look at it
 */
public record Tokens(
    int examples,
    int length,
    int[] ids,
    int[] mask,
    int @Nullable [] types,
    @Nullable Side decoder,
    int @Nullable [] outputs) {

  /**
   * One sequence per example; ids and mask (1 = token) are {@code [examples, length]} row-major.
   */
  public record Side(int length, int[] ids, int[] mask) {}

  /** Of one kind of sequence, all of one type, with logits for every row. */
  public Tokens(int examples, int length, int[] ids, int[] mask) {
    this(examples, length, ids, mask, null, null, null);
  }

  PaddingMask padding() {
    return new PaddingMask(examples, length, mask);
  }

  int rows() {
    return examples * length;
  }
}
