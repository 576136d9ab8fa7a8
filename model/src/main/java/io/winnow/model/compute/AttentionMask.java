package io.winnow.model.compute;

/**
 * Which keys a query sees: those that are tokens, and for {@link Reach#PAST} none behind itself.
 * The one place for the conventions of all families: bidirectional self-attention (BERT, DeBERTa,
 * BART's encoder), causal self-attention with padding on either side (Llama, BART's decoder), and
 * cross-attention (BART's decoder on its encoder).
 *
 * <p>A query that sees no key gets probabilities 0 where the reach is {@code ALL}. Where it is
 * {@code PAST} it looks at all keys alike, probabilities 1 / keys: a causal model whose prompts are
 * padded on the left was trained to predict the first token from such a row. Its scores count in
 * the gradient nevertheless, as in the published code, which drowns them by adding the smallest
 * float.
 *
 * @param queries rows per example
 * @param keys columns
 * @param tokens 1 = token, 0 = padding, {@code [examples, keys]} row-major
 * @param past keys that lie before the first query; query i of an example may see the keys 0 to
 *     {@code past + i} where the reach is {@code PAST}
 */
public record AttentionMask(
    int examples, int queries, int keys, int[] tokens, Reach reach, int past) {
  /** How far a query sees. */
  public enum Reach {
    ALL,
    PAST
  }

  /** Every token sees every token of its example. */
  public static AttentionMask bidirectional(PaddingMask mask) {
    return new AttentionMask(
        mask.examples(), mask.length(), mask.length(), mask.tokens(), Reach.ALL, 0);
  }

  /** Every token sees itself and the tokens before it. */
  public static AttentionMask causal(PaddingMask mask) {
    return new AttentionMask(
        mask.examples(), mask.length(), mask.length(), mask.tokens(), Reach.PAST, 0);
  }

  /** So many queries per example see the tokens of another sequence. */
  public static AttentionMask cross(int queries, PaddingMask memory) {
    return new AttentionMask(
        memory.examples(), queries, memory.length(), memory.tokens(), Reach.ALL, 0);
  }

  /** Whether query i of an example sees no key at all. */
  public boolean isBlind(int example, int i) {
    int end = reach == Reach.ALL ? keys : Math.min(keys, past + i + 1);
    for (int j = 0; j < end; j++) {
      if (tokens[example * keys + j] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether query i of an example sees key j. */
  public boolean sees(int example, int i, int j) {
    return tokens[example * keys + j] != 0 && (reach == Reach.ALL || j <= past + i);
  }
}
