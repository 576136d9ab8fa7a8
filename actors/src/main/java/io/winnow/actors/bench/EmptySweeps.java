package io.winnow.actors.bench;

import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Sweeps that compute nothing: the gradient of every live head is zero but for omega's, by which
 * heads with a higher number matter more. Arrays have the size that real ones have.
 */
final class EmptySweeps implements SweepFactory {
  private static final float OMEGA_GRADIENT = -1e-3f;

  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch mayBegin;

  /**
   * @param mayBegin what the first sweep waits for
   */
  EmptySweeps(CountDownLatch mayBegin) {
    this.mayBegin = mayBegin;
  }

  /** Workers that are ready to sweep. */
  int opened() {
    return opened.get();
  }

  @Override
  public SweepSession open(SweepPlan plan) {
    opened.incrementAndGet();
    return new Session(plan);
  }

  private final class Session implements SweepSession {
    private final List<LayerSpec> layers;
    private final Map<LayerId, LayerGradient> gradients = new HashMap<>();
    private final Map<Integer, float[]> zeros = new HashMap<>();

    Session(SweepPlan plan) {
      this.layers = plan.trainable().layers();
    }

    @Override
    public String base() {
      return "no base";
    }

    @Override
    public String numerics() {
      return "none";
    }

    /** Its gradient is made once for each set of live heads: it does not depend on their values. */
    @Override
    public void bind(LayerParameters parameters) {
      LayerGradient known = gradients.get(parameters.layer());
      if (known == null || known.adapters().size() != parameters.adapters().size()) {
        LayerSpec spec = layers.get(parameters.layer().index());
        gradients.put(parameters.layer(), gradient(spec, parameters));
      }
    }

    private LayerGradient gradient(LayerSpec spec, LayerParameters parameters) {
      Map<Integer, AdapterSpec> heads = new HashMap<>();
      spec.adapters().forEach(head -> heads.put(head.id().index(), head));
      return new LayerGradient(
          spec.id(),
          parameters.adapters().stream().map(a -> gradient(heads.get(a.id().index()))).toList(),
          List.of());
    }

    private AdapterGradient gradient(AdapterSpec head) {
      return new AdapterGradient(
          head.id(),
          zeros(head.rank() * head.in()),
          zeros(head.rank() * head.out()),
          OMEGA_GRADIENT * (1 + head.id().index()));
    }

    private float[] zeros(int size) {
      return zeros.computeIfAbsent(size, float[]::new);
    }

    @Override
    public Trained train(Work work, Consumer<LayerGradient> onLayer, BooleanSupplier cancelled) {
      awaitBegin();
      for (int i = layers.size() - 1; i >= 0; i--) {
        LayerGradient gradient = gradients.get(layers.get(i).id());
        if (gradient != null && !gradient.adapters().isEmpty()) {
          onLayer.accept(gradient);
        }
      }
      return new Trained(1.0, SweepCost.ZERO, false);
    }

    private void awaitBegin() {
      try {
        mayBegin.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted before the first sweep", e);
      }
    }

    @Override
    public Evaluated evaluate(Batch batch) {
      throw new UnsupportedOperationException("made-up runs are not evaluated");
    }

    @Override
    public void close() {
      opened.decrementAndGet();
    }
  }
}
