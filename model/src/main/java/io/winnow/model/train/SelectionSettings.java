package io.winnow.model.train;

/**
 * When and how heads are selected (method.md, "Optimisation").
 *
 * @param keep K, the number of heads to keep
 * @param rule which K: largest |omega|, or largest omega
 * @param at T, the optimizer step at whose end the selection is made final; {@link #NEVER} = no
 *     final selection
 * @param every project onto K every so many optimizer steps before T; {@link #NEVER} = only at T
 * @param omegaAfter whether omega trains on after the final selection
 * @param afterSelection whether the survivors go on or are re-drawn
 */
public record SelectionSettings(
    int keep,
    Rule rule,
    long at,
    long every,
    OmegaAfter omegaAfter,
    AfterSelection afterSelection) {

  /** A step number that does not come. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Which K heads stay. */
  public enum Rule {
    MAGNITUDE,
    SIGNED
  }

  /** What omega does after the final selection. */
  public enum OmegaAfter {
    TRAIN,
    FREEZE
  }

  /** What the survivors do after the final selection. */
  public enum AfterSelection {
    CONTINUE,
    RESTART
  }
}
