package io.winnow.model.train;

/**
 * How A, B and trained tensors move (AdamW) and how omega moves.
 *
 * @param lr peak learning rate of A, B and trained tensors
 * @param kind which AdamW: {@code ADAMW_HF} adds eps outside the bias correction and decays after
 *     the update (old Hugging Face AdamW, the authors'); {@code ADAMW} is torch.optim.AdamW
 * @param weightDecay decoupled decay; never applied to omega, biases and norms
 * @param omegaLr learning rate of omega
 * @param omegaKind how omega moves
 * @param clip global gradient-norm limit over everything trained, 0 = no clipping
 */
public record OptimizerSettings(
    float lr,
    Kind kind,
    float beta1,
    float beta2,
    float eps,
    float weightDecay,
    float omegaLr,
    OmegaKind omegaKind,
    double clip) {

  /** The two conventions of AdamW. */
  public enum Kind {
    ADAMW,
    ADAMW_HF
  }

  /** Omega's optimizer. */
  public enum OmegaKind {
    SGD,
    ADAMW
  }
}
