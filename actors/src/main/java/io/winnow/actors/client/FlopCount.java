package io.winnow.actors.client;

import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Adds up the floating operations of the training sweeps of several workers. */
final class FlopCount {
  private final AtomicLong operations = new AtomicLong();

  long operations() {
    return operations.get();
  }

  /** The same session, counted. */
  SweepSession counting(SweepSession session) {
    return new Counted(session);
  }

  private final class Counted implements SweepSession {
    private final SweepSession session;

    Counted(SweepSession session) {
      this.session = session;
    }

    @Override
    public String base() {
      return session.base();
    }

    @Override
    public String numerics() {
      return session.numerics();
    }

    @Override
    public void bind(LayerParameters parameters) {
      session.bind(parameters);
    }

    @Override
    public Trained train(
        Work work, Consumer<LayerGradient> onLayerDone, BooleanSupplier cancelled) {
      Trained outcome = session.train(work, onLayerDone, cancelled);
      operations.addAndGet(outcome.cost().flops());
      return outcome;
    }

    @Override
    public Evaluated evaluate(Batch batch) {
      return session.evaluate(batch);
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
