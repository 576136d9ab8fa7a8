package io.winnow.model.generate;

/**
 * A sequence that was generated.
 *
 * @param prompt the number of its prompt
 * @param ids the new tokens alone, for every kind of model: without prompt, without the decoder's
 *     start token, without padding; with the end token where there is one
 * @param score log-probability per new token, as sum / (new tokens)^length_penalty: of beams after
 *     the rules (transformers' sequences_scores), of greedy search and samples as the model gives
 *     it, before rules and sampling change it
 */
public record Generated(long prompt, int[] ids, double score, Ending ending) {
  /** Why a sequence ends. */
  public enum Ending {
    /** With an end token. */
    END_TOKEN,
    /** By a {@link StopRule}. */
    STOP_RULE,
    /** At its greatest length. */
    LENGTH
  }
}
