package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.List;
import java.util.Map;

/**
 * What a step does to the parameters, decided once for all layers.
 *
 * @param step 1-based number of the optimizer step
 * @param skipped true when a loss or gradient was not finite: nothing moves
 * @param clip factor that gradients are multiplied by
 * @param lr learning rate of A, B and tensors at this step
 * @param omegaLr learning rate of omega at this step; 0 where omega is fixed
 * @param weightDecay decoupled decay of A, B and those tensors that decay
 * @param gradNorm global norm before clipping
 * @param omega new omega of every live head
 * @param pruned heads that are disconnected for good at the end of this step
 * @param restart whether survivors are re-drawn at the end of this step
 * @param expansion which survivors get a larger rank at the end of this step
 * @param triplets which triplets of AdaLoRA stay at the end of this step
 * @param triplets which triplets of AdaLoRA stay at the end of this step
 * @param after selection state after this step
 * @param scores what the selection of this step went by, for every live head before it masked or
 *     disconnected any; empty where nothing was selected, and in the part for one layer
 */
public record StepDecision(
    long step,
    boolean skipped,
    float clip,
    float lr,
    float omegaLr,
    float weightDecay,
    double gradNorm,
    Map<AdapterId, OmegaState> omega,
    List<AdapterId> pruned,
    boolean restart,
    Expansion expansion,
    TripletChoice triplets,
    SelectionState after,
    Map<AdapterId, Float> scores) {
  public StepDecision {
    omega = Map.copyOf(omega);
    pruned = List.copyOf(pruned);
    scores = Map.copyOf(scores);
  }

  /** A decision about heads without triplets, without the scores that it went by. */
  public StepDecision(
      long step,
      boolean skipped,
      float clip,
      float lr,
      float omegaLr,
      float weightDecay,
      double gradNorm,
      Map<AdapterId, OmegaState> omega,
      List<AdapterId> pruned,
      boolean restart,
      Expansion expansion,
      SelectionState after) {
    this(
        step,
        skipped,
        clip,
        lr,
        omegaLr,
        weightDecay,
        gradNorm,
        omega,
        pruned,
        restart,
        expansion,
        TripletChoice.NONE,
        after,
        Map.of());
  }

  /** A decision by which no head grows. */
  public StepDecision(
      long step,
      boolean skipped,
      float clip,
      float lr,
      float omegaLr,
      float weightDecay,
      double gradNorm,
      Map<AdapterId, OmegaState> omega,
      List<AdapterId> pruned,
      boolean restart,
      SelectionState after) {
    this(
        step,
        skipped,
        clip,
        lr,
        omegaLr,
        weightDecay,
        gradNorm,
        omega,
        pruned,
        restart,
        Expansion.NONE,
        after);
  }

  /** The same decision about other heads: the part that one layer needs. */
  public StepDecision of(Map<AdapterId, OmegaState> itsOmega, List<AdapterId> itsPruned) {
    return new StepDecision(
        step,
        skipped,
        clip,
        lr,
        omegaLr,
        weightDecay,
        gradNorm,
        itsOmega,
        itsPruned,
        restart,
        expansion.of(itsOmega.keySet()),
        triplets.of(itsOmega.keySet()),
        after,
        Map.of());
  }

  /** What AdamW moves everything but omega by. */
  AdamW.Rate rate() {
    return new AdamW.Rate(lr, weightDecay);
  }
}
