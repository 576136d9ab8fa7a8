package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import java.util.Optional;

/** A live head omega s B A. */
public record LoraHead(
    AdapterSpec spec,
    int rank,
    float[] a,
    float[] b,
    Moments momentsA,
    Moments momentsB,
    OmegaState omega)
    implements HeadState {

  /** B = 0, A ~ U(-bound, bound) drawn from a stream, omega as given; no moments. */
  public static LoraHead drawn(AdapterSpec spec, AdapterInit.Draw draw, OmegaState omega) {
    float[] a = AdapterInit.uniform(spec.rank() * spec.in(), draw);
    float[] b = new float[spec.out() * spec.rank()];
    return new LoraHead(
        spec, spec.rank(), a, b, Moments.zero(a.length), Moments.zero(b.length), omega);
  }

  /** Given A, B and omega at the spec's rank; no moments. */
  static LoraHead of(AdapterSpec spec, AdapterState start) {
    int[] expected = {spec.rank() * spec.in(), spec.out() * spec.rank()};
    if (start.a().length != expected[0] || start.b().length != expected[1]) {
      throw new IllegalStateException(
          "%s begins with %d and %d values, its rank %d has %d and %d"
              .formatted(
                  spec.id(),
                  start.a().length,
                  start.b().length,
                  spec.rank(),
                  expected[0],
                  expected[1]));
    }
    return new LoraHead(
        spec,
        spec.rank(),
        start.a(),
        start.b(),
        Moments.zero(start.a().length),
        Moments.zero(start.b().length),
        OmegaState.initial(start.omega()));
  }

  @Override
  public AdapterState published() {
    return new AdapterState(spec.id(), rank, a, b, omega.value());
  }

  @Override
  public Optional<AdapterState> exported() {
    return Optional.of(published());
  }

  @Override
  public HeadReport report(float dOmega) {
    return new HeadReport(spec.id(), omega, dOmega, size(), null);
  }

  @Override
  public double sumOfSquares(AdapterGradient total, LayerPlan plan) {
    return Gradients.sumOfSquares(total.dA()) + Gradients.sumOfSquares(total.dB());
  }

  /** AdamW on A and B; omega comes decided. A head that grows or is re-drawn gets no AdamW. */
  @Override
  public LoraHead after(StepDecision decision, AdapterGradient total, LayerPlan plan) {
    OmegaState newOmega = decided(decision);
    if (decision.restart()) {
      return drawn(spec, plan.draw(Randomness.ADAPTER_RESTART, spec), newOmega);
    }
    Integer newRank = decision.expansion().ranks().get(spec.id());
    return newRank == null
        ? updated(decision, total, plan, newOmega)
        : grown(decision, newRank, plan, newOmega);
  }

  private OmegaState decided(StepDecision decision) {
    OmegaState decided = decision.omega().get(spec.id());
    if (decided == null) {
      throw new IllegalStateException(
          "step " + decision.step() + ": no decision for live head " + spec.id());
    }
    return decided;
  }

  private LoraHead updated(
      StepDecision decision, AdapterGradient total, LayerPlan plan, OmegaState newOmega) {
    AdamW adamW = new AdamW(plan.optimizer());
    float[] dA = Gradients.clipped(total.dA(), decision.clip());
    float[] dB = Gradients.clipped(total.dB(), decision.clip());
    AdamW.Updated newA = adamW.update(a, dA, momentsA, decision.rate());
    AdamW.Updated newB = adamW.update(b, dB, momentsB, decision.rate());
    return new LoraHead(
        spec, rank, newA.values(), newB.values(), newA.moments(), newB.moments(), newOmega);
  }

  private LoraHead grown(StepDecision decision, int newRank, LayerPlan plan, OmegaState newOmega) {
    ExpansionRule rule = decision.expansion().rule();
    float[] noise = plan.noise(spec, decision.step(), rule.noiseColumns(rank, newRank));
    return grown(new RankExpansion(rule, size(), newRank, noise), newOmega);
  }

  /** A and B at a larger rank, without moments; omega comes decided. */
  LoraHead grown(RankExpansion expansion, OmegaState newOmega) {
    RankExpansion.Grown grown = expansion.of(a, b);
    return new LoraHead(
        spec,
        grown.a().length / spec.in(),
        grown.a(),
        grown.b(),
        Moments.zero(grown.a().length),
        Moments.zero(grown.b().length),
        newOmega);
  }

  @Override
  public long parameters() {
    return (long) a.length + b.length + 1;
  }

  @Override
  public long optimizerBytes() {
    return momentsA.bytes() + momentsB.bytes() + 8;
  }
}
