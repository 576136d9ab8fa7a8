package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.compute.Gaussian;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A live head s P diag(lambda) Q of AdaLoRA (Zhang et al. 2023): {@link Triplets} with what trains
 * them. Its rank is the number of triplets whose lambda is not 0; the others go on training and may
 * come back. Omega is 1 and stays so.
 *
 * @param p P {@code [out, rank]}, at the rank of the spec
 * @param lambda {@code [rank]}
 * @param q Q {@code [rank, in]}
 */
public record TripletHead(AdapterSpec spec, TripletPart p, TripletPart lambda, TripletPart q)
    implements HeadState {
  private static final OmegaState ONE = OmegaState.initial(1f);

  /** Of P and Q at first, as in the authors' code. */
  private static final float DEVIATION = 0.02f;

  /** lambda = 0, so that the head adds nothing; P and Q ~ N(0, 0.02). */
  public static TripletHead drawn(AdapterSpec spec, long seed) {
    long index = spec.id().index();
    long streamP = Randomness.ADAPTER_INIT.key(seed, index, 0);
    long streamQ = Randomness.ADAPTER_INIT.key(seed, index, 1);
    return new TripletHead(
        spec,
        TripletPart.initial(Gaussian.sample(streamP, spec.out() * spec.rank(), DEVIATION)),
        TripletPart.initial(new float[spec.rank()]),
        TripletPart.initial(Gaussian.sample(streamQ, spec.rank() * spec.in(), DEVIATION)));
  }

  /** Their values. */
  public Triplets triplets() {
    return new Triplets(whole(), p.values(), lambda.values(), q.values());
  }

  private HeadSize whole() {
    return new HeadSize(spec.rank(), spec.in(), spec.out());
  }

  @Override
  public int rank() {
    int rank = 0;
    for (float value : lambda.values()) {
      rank += value != 0f ? 1 : 0;
    }
    return rank;
  }

  @Override
  public OmegaState omega() {
    return ONE;
  }

  @Override
  public AdapterState published() {
    Triplets values = triplets();
    return new AdapterState(spec.id(), spec.rank(), values.a(), values.b(), 1f);
  }

  /** Without the triplets whose lambda is 0. */
  @Override
  public Optional<AdapterState> exported() {
    int rank = rank();
    if (rank == 0) {
      return Optional.empty();
    }
    float[] b = triplets().b();
    float[] someA = new float[rank * spec.in()];
    float[] someB = new float[spec.out() * rank];
    int to = 0;
    for (int from = 0; from < spec.rank(); from++) {
      if (lambda.values()[from] != 0f) {
        System.arraycopy(q.values(), from * spec.in(), someA, to * spec.in(), spec.in());
        for (int row = 0; row < spec.out(); row++) {
          someB[row * rank + to] = b[row * spec.rank() + from];
        }
        to++;
      }
    }
    return Optional.of(new AdapterState(spec.id(), rank, someA, someB, 1f));
  }

  /** With the scores of all triplets, of the importance up to the step before. */
  @Override
  public HeadReport report(float dOmega) {
    double[] scores =
        Importance.ofTriplets(whole(), p.importance(), lambda.importance(), q.importance());
    List<Double> boxed = Arrays.stream(scores).boxed().toList();
    return new HeadReport(spec.id(), ONE, dOmega, size(), null, boxed);
  }

  @Override
  public double sumOfSquares(AdapterGradient total, LayerPlan plan) {
    Triplets.Gradient g = gradient(total, plan);
    return Gradients.sumOfSquares(g.p())
        + Gradients.sumOfSquares(g.lambda())
        + Gradients.sumOfSquares(g.q());
  }

  /** In the triplets, with that of the orthogonality term. */
  private Triplets.Gradient gradient(AdapterGradient total, LayerPlan plan) {
    double gamma = plan.tripletRule().orthogonality();
    Triplets.Gradient g = triplets().gradient(total.dA(), total.dB());
    return new Triplets.Gradient(
        Orthogonality.ofP(whole()).addGradient(p.values(), g.p(), gamma),
        g.lambda(),
        Orthogonality.ofQ(whole()).addGradient(q.values(), g.q(), gamma));
  }

  /**
   * AdamW on P, lambda and Q, then importance of the new values with the clipped gradient, then
   * lambda 0 where a triplet does not stay: the order of the authors' code.
   */
  @Override
  public TripletHead after(StepDecision decision, AdapterGradient total, LayerPlan plan) {
    Triplets.Gradient g = gradient(total, plan);
    TripletHead moved =
        new TripletHead(
            spec,
            p.after(decision, g.p(), plan),
            lambda.after(decision, g.lambda(), plan),
            q.after(decision, g.q(), plan));
    return moved.keeping(decision.triplets().stays(spec));
  }

  private TripletHead keeping(boolean[] stays) {
    return new TripletHead(spec, p, lambda.withValues(triplets().keeping(stays).lambda()), q);
  }

  /** Of the triplets whose lambda is not 0. */
  @Override
  public long parameters() {
    return (long) rank() * ((long) spec.in() + spec.out() + 1);
  }

  /** Moments and importance of all triplets: nothing is freed, as each of them may come back. */
  @Override
  public long optimizerBytes() {
    return p.stateBytes() + lambda.stateBytes() + q.stateBytes();
  }
}
