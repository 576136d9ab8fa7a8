package io.winnow.model.arch;

import io.winnow.model.compute.Matrix;

/**
 * Token by token continuation of sequences, with the heads that are bound, without dropout. Keys
 * and values of what was read are kept, so a step costs one token per sequence. Belongs to its
 * network, whose forward sweeps may not run in between.
 */
public interface Decoding extends AutoCloseable {
  /**
   * Reads what the sequences begin with: for a causal model the prompts, padded on the left; for a
   * sequence-to-sequence model the inputs ({@code ids}), and the decoder's first tokens ({@code
   * decoder}), all of one length.
   *
   * @return logits {@code [examples, vocabulary]} of the token that comes next, valid until the
   *     next call
   */
  Matrix begin(Tokens tokens);

  /**
   * Reads one more token of each sequence. Sequence r goes on from what sequence {@code from[r]}
   * was after the last call, so beams can be reordered, multiplied and given up.
   *
   * @return logits {@code [ids.length, vocabulary]} of the token that comes next
   */
  Matrix next(int[] from, int[] ids);

  /** Positions that a sequence can have at most, prompt included. */
  int longest();

  @Override
  void close();
}
