package io.winnow.model.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When and how heads are selected (method.md, "Optimisation" and "WeightLoRA+").
 *
 * @param keep what may stay after the final selection
 * @param rule which heads those are
 * @param at T, the optimizer step at whose end the selection is made final; {@link #NEVER} = no
 *     final selection
 * @param every project every so many optimizer steps before T onto what the next selection keeps;
 *     {@link #NEVER} = only where heads are disconnected
 * @param omegaAfter whether omega trains on after the final selection
 * @param afterSelection whether the survivors go on or are re-drawn
 * @param rounds selections ahead of the final one, in the order of their steps
 * @param expansion WeightLoRA+: its rounds take the place of {@code keep}, {@code at} and {@code
 *     rounds}, and its last one is the final selection; null = ranks stay
 * @param triplets AdaLoRA: which triplets stay; null = heads have none
 */
public record SelectionSettings(
    Budget keep,
    Rule rule,
    long at,
    long every,
    OmegaAfter omegaAfter,
    AfterSelection afterSelection,
    List<SelectionRound> rounds,
    @Nullable ExpansionSettings expansion,
    @Nullable TripletSettings triplets) {
  /** A step number that does not come. */
  public static final long NEVER = Long.MAX_VALUE;

  public SelectionSettings {
    rounds = List.copyOf(rounds);
  }

  /** A selection of heads that have no triplets. */
  public SelectionSettings(
      Budget keep,
      Rule rule,
      long at,
      long every,
      OmegaAfter omegaAfter,
      AfterSelection afterSelection,
      List<SelectionRound> rounds,
      @Nullable ExpansionSettings expansion) {
    this(keep, rule, at, every, omegaAfter, afterSelection, rounds, expansion, null);
  }

  /** One selection of {@code keep} heads, at unchanged rank. */
  public SelectionSettings(
      int keep,
      Rule rule,
      long at,
      long every,
      OmegaAfter omegaAfter,
      AfterSelection afterSelection) {
    this(new Budget.Heads(keep), rule, at, every, omegaAfter, afterSelection, List.of(), null);
  }

  /** Steps from one projection, or selection of triplets, to the next. */
  public long everyProjection() {
    return triplets == null ? every : triplets.every();
  }

  /** The round after {@code done} others, of a run that began with so many heads. */
  SelectionRound round(int done, int headsAtStart) {
    if (expansion != null) {
      return expansion.round(done, headsAtStart);
    }
    return done < rounds.size() ? rounds.get(done) : new SelectionRound(at, keep);
  }

  /** Rounds of a run that began with so many heads, the final one included. */
  int rounds(int headsAtStart) {
    return expansion != null ? expansion.rounds(headsAtStart) : rounds.size() + 1;
  }

  /** Which heads stay: those that come first by a score. */
  public enum Rule {
    /** By |omega|: the Euclidean projection. */
    MAGNITUDE,
    /** By omega (the authors' code). */
    SIGNED,
    /** By |omega| s ||B A||_F: what the head adds to its weight. */
    CONTRIBUTION;

    /** The score of a head; what is not a number comes after every number. */
    double score(float omega, float norm) {
      double score =
          switch (this) {
            case MAGNITUDE -> Math.abs(omega);
            case SIGNED -> omega;
            case CONTRIBUTION -> Math.abs(omega) * (double) norm;
          };
      return Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
    }
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
