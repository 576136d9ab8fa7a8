package io.winnow.actors.worker;

import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepPlan;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** Sweeps that compute nothing: they note what they are told, and do what a test says. */
final class ScriptedSweeps implements SweepFactory {
  /** What a training sweep does besides; may throw or wait. */
  interface Script {
    void onTrain(SweepSession.Work work, BooleanSupplier cancelled);
  }

  final ConcurrentLinkedQueue<LayerParameters> bound = new ConcurrentLinkedQueue<>();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  volatile Runnable onOpen = () -> {};
  volatile Script script = (work, cancelled) -> {};
  volatile Function<LayerId, LayerGradient> gradient =
      id -> new LayerGradient(id, List.of(), List.of());

  @Override
  public SweepSession open(SweepPlan plan) {
    onOpen.run();
    opened.incrementAndGet();
    return new Session(plan);
  }

  private final class Session implements SweepSession {
    private final SweepPlan plan;

    Session(SweepPlan plan) {
      this.plan = plan;
    }

    @Override
    public String base() {
      return "base-of-" + plan.modelFolder();
    }

    @Override
    public String numerics() {
      return "exact";
    }

    @Override
    public void bind(LayerParameters parameters) {
      bound.add(parameters);
    }

    @Override
    public Trained train(Work work, Consumer<LayerGradient> onLayer, BooleanSupplier cancelled) {
      script.onTrain(work, cancelled);
      if (cancelled.getAsBoolean()) {
        return new Trained(0, SweepCost.ZERO, true);
      }
      plan.trainable().layers().forEach(l -> onLayer.accept(gradient.apply(l.id())));
      return new Trained(0.5, new SweepCost(1, 2, 3, 4), false);
    }

    @Override
    public Evaluated evaluate(Batch batch) {
      return new Evaluated(new float[] {1f, 2f}, 0.25);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}
