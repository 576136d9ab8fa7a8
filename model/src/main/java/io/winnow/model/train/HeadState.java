package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import java.util.Optional;

/** A live head with all its optimizer state. Its arrays are published and never written again. */
public sealed interface HeadState permits LoraHead, TripletHead {
  /** What does not change about it. */
  AdapterSpec spec();

  /** How many rows of A and columns of B count at present; of triplets those with a lambda. */
  int rank();

  /** Omega with its optimizer state. */
  OmegaState omega();

  /** What sweeps compute with. */
  AdapterState published();

  /** The same increment in as few values as it takes; empty where the head adds nothing. */
  Optional<AdapterState> exported();

  /** What the coordinator decides with, without the norm of B A. */
  HeadReport report(float dOmega);

  /** Sum of squares of what is clipped of a step's gradient, in double and without omega. */
  double sumOfSquares(AdapterGradient total, LayerPlan plan);

  /** The head after a decided step with this gradient, which is not clipped yet. */
  HeadState after(StepDecision decision, AdapterGradient total, LayerPlan plan);

  /** Number of trainable values that count at present, omega included where it trains. */
  long parameters();

  /** Bytes of optimizer state, omega's included. */
  long optimizerBytes();

  /** The present size of A and B. */
  default HeadSize size() {
    return new HeadSize(rank(), spec().in(), spec().out());
  }

  /** s ||B A||_F, what the head adds to its weight at omega = 1. */
  default float norm() {
    AdapterState state = published();
    HeadSize whole = new HeadSize(state.rank(), spec().in(), spec().out());
    return (float) (spec().scale() * ProductNorm.of(whole, state.a(), state.b()));
  }
}
