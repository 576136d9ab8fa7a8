package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;

/** A live head with all its optimizer state. Its arrays are published and never written again. */
public record HeadState(
    AdapterSpec spec,
    int rank,
    float[] a,
    float[] b,
    Moments momentsA,
    Moments momentsB,
    OmegaState omega) {

  /** B = 0, A ~ U(-bound, bound) drawn from a stream, omega as given; no moments. */
  public static HeadState drawn(AdapterSpec spec, AdapterInit.Draw draw, OmegaState omega) {
    float[] a = AdapterInit.uniform(spec.rank() * spec.in(), draw);
    float[] b = new float[spec.out() * spec.rank()];
    return new HeadState(
        spec, spec.rank(), a, b, Moments.zero(a.length), Moments.zero(b.length), omega);
  }

  /** Given A, B and omega at the spec's rank; no moments. */
  static HeadState of(AdapterSpec spec, AdapterState start) {
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
    return new HeadState(
        spec,
        spec.rank(),
        start.a(),
        start.b(),
        Moments.zero(start.a().length),
        Moments.zero(start.b().length),
        OmegaState.initial(start.omega()));
  }

  /** What sweeps compute with. */
  public AdapterState published() {
    return new AdapterState(spec.id(), rank, a, b, omega.value());
  }

  /** One optimizer step on A and B; omega comes decided. */
  HeadState updated(AdapterGradient g, AdamW adamW, AdamW.Rate rate, OmegaState newOmega) {
    AdamW.Updated newA = adamW.update(a, g.dA(), momentsA, rate);
    AdamW.Updated newB = adamW.update(b, g.dB(), momentsB, rate);
    return new HeadState(
        spec, rank, newA.values(), newB.values(), newA.moments(), newB.moments(), newOmega);
  }

  /** A and B at a larger rank, without moments; omega comes decided. */
  HeadState grown(RankExpansion expansion, OmegaState newOmega) {
    RankExpansion.Grown grown = expansion.of(a, b);
    return new HeadState(
        spec,
        grown.a().length / spec.in(),
        grown.a(),
        grown.b(),
        Moments.zero(grown.a().length),
        Moments.zero(grown.b().length),
        newOmega);
  }

  /** The size of A and B at present. */
  public HeadSize size() {
    return new HeadSize(rank, spec.in(), spec.out());
  }

  /** What the coordinator decides with, without the norm of B A. */
  public HeadReport report(float dOmega) {
    return new HeadReport(spec.id(), omega, dOmega, size(), null);
  }

  /** As {@link #report}, with s ||B A||_F. */
  HeadReport reportWithNorm(float dOmega) {
    float norm = (float) (spec.scale() * ProductNorm.of(size(), a, b));
    return new HeadReport(spec.id(), omega, dOmega, size(), norm);
  }

  /** Number of trainable values, omega included. */
  public long parameters() {
    return (long) a.length + b.length + 1;
  }

  /** Bytes of optimizer state, omega's included. */
  public long optimizerBytes() {
    return momentsA.bytes() + momentsB.bytes() + 8;
  }
}
