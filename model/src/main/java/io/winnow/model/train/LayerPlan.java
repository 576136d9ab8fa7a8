package io.winnow.model.train;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.compute.CounterHash;

/**
 * What a layer needs to know about its run: what it owns, how it is drawn and how it moves.
 *
 * @param fanInInit bound of A's draw: 1/sqrt(in) as PEFT, else the authors' 1/sqrt(rank)
 * @param reportsNorms whether heads report s ||B A||_F, as selection by contribution needs
 */
public record LayerPlan(
    LayerSpec spec,
    long seed,
    boolean fanInInit,
    OptimizerSettings optimizer,
    boolean reportsNorms) {
  /** A layer that reports no norms. */
  public LayerPlan(LayerSpec spec, long seed, boolean fanInInit, OptimizerSettings optimizer) {
    this(spec, seed, fanInInit, optimizer, false);
  }

  /** The same plan, for a selection by this rule. */
  public LayerPlan selectingBy(SelectionSettings.Rule rule) {
    return new LayerPlan(
        spec, seed, fanInInit, optimizer, rule == SelectionSettings.Rule.CONTRIBUTION);
  }

  AdapterInit.Draw draw(Randomness purpose, AdapterSpec head) {
    double fan = fanInInit ? head.in() : head.rank();
    return new AdapterInit.Draw(
        purpose.key(seed, head.id().index()), (float) (1.0 / Math.sqrt(fan)));
  }

  /** Noise {@code [in, columns]} row-major in [0, 1) for a head that grows at a step. */
  float[] noise(AdapterSpec head, long step, int columns) {
    long key = Randomness.RANK_EXPANSION.key(seed, step, head.id().index());
    float[] noise = new float[head.in() * columns];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = CounterHash.uniform(key, i);
    }
    return noise;
  }
}
