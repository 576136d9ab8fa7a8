package io.winnow.model.train;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.WireType;
import io.winnow.model.compute.CounterHash;
import org.jspecify.annotations.Nullable;

/**
 * What a layer needs to know about its run: what it owns, how it is drawn and how it moves.
 *
 * @param fanInInit bound of A's draw: 1/sqrt(in) as PEFT, else the authors' 1/sqrt(rank)
 * @param reportsNorms whether heads report s ||B A||_F, as selection by contribution needs
 * @param triplets AdaLoRA: how triplets are trained; null = heads are A and B
 * @param wire what is published is rounded to
 */
public record LayerPlan(
    LayerSpec spec,
    long seed,
    boolean fanInInit,
    OptimizerSettings optimizer,
    boolean reportsNorms,
    @Nullable TripletRule triplets,
    WireType wire) {
  /** A layer that reports no norms and rounds nothing. */
  public LayerPlan(LayerSpec spec, long seed, boolean fanInInit, OptimizerSettings optimizer) {
    this(spec, seed, fanInInit, optimizer, false, null, WireType.F32);
  }

  /** The same plan, for a selection by this rule. */
  public LayerPlan selectingBy(SelectionSettings.Rule rule) {
    boolean reports = rule == SelectionSettings.Rule.CONTRIBUTION;
    return new LayerPlan(spec, seed, fanInInit, optimizer, reports, triplets, wire);
  }

  /** The same plan, of heads with triplets where there is a rule for them. */
  public LayerPlan training(@Nullable TripletRule rule) {
    return new LayerPlan(spec, seed, fanInInit, optimizer, reportsNorms, rule, wire);
  }

  /** The same plan, where what is published is rounded to this type. */
  public LayerPlan sending(WireType type) {
    return new LayerPlan(spec, seed, fanInInit, optimizer, reportsNorms, triplets, type);
  }

  /** Trainable values while no head is disconnected. */
  public long parameters() {
    return headParameters() + tensorParameters();
  }

  /** Bytes of optimizer state then: two moments, and of triplets their importance. */
  public long optimizerBytes() {
    return (triplets == null ? 8 : 16) * headParameters() + 8 * tensorParameters();
  }

  /** A triplet has a lambda, another head has an omega. */
  private long headParameters() {
    return spec.adapters().stream()
        .mapToLong(
            head ->
                (long) head.rank() * (head.in() + head.out())
                    + (triplets == null ? 1 : head.rank()))
        .sum();
  }

  private long tensorParameters() {
    return spec.tensors().stream().mapToLong(TensorSpec::size).sum();
  }

  TripletRule tripletRule() {
    if (triplets == null) {
      throw new IllegalStateException(
          "layer " + spec.id() + " has heads with triplets, its plan none");
    }
    return triplets;
  }

  /** A head before the first step: it adds nothing. */
  HeadState drawn(AdapterSpec head) {
    return triplets == null
        ? LoraHead.drawn(head, draw(Randomness.ADAPTER_INIT, head), OmegaState.initial(1f))
        : TripletHead.drawn(head, seed);
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
