package io.winnow.model.data;

import org.jspecify.annotations.Nullable;

/**
 * One row of a batch, without padding; published, never written again.
 *
 * @param ids what the model (its encoder, where it has one) reads
 * @param types token types, as many as ids; null where there are none
 * @param decoder what the decoder of a sequence-to-sequence model reads; null for others
 */
public record EncodedRow(int[] ids, int @Nullable [] types, int @Nullable [] decoder) {
  /** Number of tokens that decides how much is padded. */
  public int length() {
    return ids.length;
  }
}
