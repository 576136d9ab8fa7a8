package io.winnow.actors.plan;

import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.WireType;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.compute.NumericsFingerprint;
import io.winnow.model.generate.Cache;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Evaluation;
import io.winnow.model.task.Sweep;
import io.winnow.model.task.SweepResult;
import io.winnow.model.task.SweepSettings;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepPlan;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Sweeps over the JVM's shared bases. */
public final class BaseSweeps implements SweepFactory {
  private final Bases bases;

  public BaseSweeps(Bases bases) {
    this.bases = bases;
  }

  @Override
  public SweepSession open(SweepPlan plan) {
    FrozenBase base =
        bases.get(
            new Bases.Key(plan.modelFolder(), plan.head(), plan.seed(), plan.options()),
            plan.base());
    Sweep sweep =
        Sweep.create(
            base,
            plan.trainable(),
            new SweepSettings(
                plan.adapterDropout(),
                BaseDropout.AS_CONFIGURED,
                plan.options().activations(),
                plan.options().backend()));
    String numerics = NumericsFingerprint.of(plan.options().backend().create());
    return new Session(base.fingerprint(), numerics, sweep, plan.wire());
  }

  private record Session(String base, String numerics, Sweep sweep, WireType wire)
      implements SweepSession {
    @Override
    public void bind(LayerParameters parameters) {
      sweep.bind(parameters);
    }

    @Override
    public Trained train(
        Work work, Consumer<LayerGradient> onLayerDone, BooleanSupplier cancelled) {
      long began = System.nanoTime();
      SweepResult result =
          sweep.train(
              work.batch(),
              work.key(),
              work.normaliser(),
              gradient -> onLayerDone.accept(wire.sent(gradient)),
              cancelled);
      SweepCost cost =
          new SweepCost(
              result.tokens(),
              result.cost().products(),
              result.cost().operations(),
              System.nanoTime() - began);
      return new Trained(result.loss(), cost, result.outcome() == SweepResult.Outcome.CANCELLED);
    }

    @Override
    public Decoding decoding(Cache cache) {
      return sweep.decoding(cache);
    }

    @Override
    public Evaluated evaluate(Batch batch) {
      Evaluation evaluation = sweep.evaluate(batch);
      return new Evaluated(evaluation.outputs(), evaluation.lossSum());
    }

    @Override
    public void close() {
      sweep.close();
    }
  }
}
