package io.winnow.actors.worker;

import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.arch.Decoding;
import io.winnow.model.generate.Cache;
import io.winnow.model.task.Batch;
import io.winnow.model.task.SweepKey;
import io.winnow.protocol.SweepCost;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The compute side of one run on one worker; used by its compute thread only. */
public interface SweepSession extends AutoCloseable {
  /** Fingerprint of the frozen base. */
  String base();

  /** Fingerprint of the arithmetic. */
  String numerics();

  /** Computes with these values of a layer from now on; heads that are absent are pruned. */
  void bind(LayerParameters parameters);

  /**
   * One forward and backward sweep.
   *
   * @param onLayerDone gets a layer's gradient as soon as its backward is done
   * @param cancelled looked at between layers
   */
  Trained train(Work work, Consumer<LayerGradient> onLayerDone, BooleanSupplier cancelled);

  /** Token by token generation with the bound heads; closed by the caller, before this. */
  default Decoding decoding(Cache cache) {
    throw new UnsupportedOperationException("this session computes sweeps alone");
  }

  /** One forward sweep without dropout. */
  Evaluated evaluate(Batch batch);

  @Override
  void close();

  /** What to sweep: where in the run, the examples, and by what loss is divided. */
  record Work(SweepKey key, Batch batch, double normaliser) {}

  /** Outcome of a training sweep: its part of the step's loss, what it cost, whether cut short. */
  record Trained(double loss, SweepCost cost, boolean wasCancelled) {}

  /** Outcome of an evaluation, as {@link io.winnow.model.task.Evaluation} has it. */
  record Evaluated(float[] outputs, double lossSum) {}
}
