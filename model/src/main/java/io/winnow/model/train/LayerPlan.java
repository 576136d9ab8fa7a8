package io.winnow.model.train;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;

/**
 * What a layer needs to know about its run: what it owns, how it is drawn and how it moves.
 *
 * @param fanInInit bound of A's draw: 1/sqrt(in) as PEFT, else the authors' 1/sqrt(rank)
 */
public record LayerPlan(LayerSpec spec, long seed, boolean fanInInit, OptimizerSettings optimizer) {

  AdapterInit.Draw draw(Randomness purpose, AdapterSpec head) {
    double fan = fanInInit ? head.in() : head.rank();
    return new AdapterInit.Draw(
        purpose.key(seed, head.id().index()), (float) (1.0 / Math.sqrt(fan)));
  }
}
