package io.winnow.model.train;

import io.winnow.model.adapter.AdapterId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a layer reports of one live head: omega with its optimizer state, its gradient, and what
 * selections go by.
 *
 * @param norm s ||B A||_F, what the head adds to the weight at omega = 1; null unless the layer's
 *     plan asks for it
 * @param tripletScores how much each triplet matters; null unless the head has triplets
 */
public record HeadReport(
    AdapterId id,
    OmegaState omega,
    float dOmega,
    HeadSize size,
    @Nullable Float norm,
    @Nullable List<Double> tripletScores) {
  public HeadReport {
    tripletScores = tripletScores == null ? null : List.copyOf(tripletScores);
  }

  /** A head without triplets. */
  public HeadReport(
      AdapterId id, OmegaState omega, float dOmega, HeadSize size, @Nullable Float norm) {
    this(id, omega, dOmega, size, norm, null);
  }

  /** The same with s ||B A||_F. */
  HeadReport withNorm(float itsNorm) {
    return new HeadReport(id, omega, dOmega, size, itsNorm, tripletScores);
  }
}
