package io.winnow.model.task;

import io.winnow.model.arch.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * A micro-batch as it travels: token ids, mask (1 = token, 0 = padding) and, where the model has
 * them, token types, each {@code [examples, length]} row-major; for a sequence-to-sequence model
 * what the decoder reads. Published, never written again.
 */
public record Batch(
    int examples,
    int length,
    int[] ids,
    int[] mask,
    int @Nullable [] types,
    Tokens.@Nullable Side decoder,
    Targets targets) {

  /** Without a decoder's side. */
  public Batch(
      int examples, int length, int[] ids, int[] mask, int @Nullable [] types, Targets targets) {
    this(examples, length, ids, mask, types, null, targets);
  }

  /** What a network reads: logits are asked for where there is a target. */
  public Tokens tokens() {
    int[] outputs = targets instanceof Targets.Next next ? next.rows() : null;
    return new Tokens(examples, length, ids, mask, types, decoder, outputs);
  }
}
