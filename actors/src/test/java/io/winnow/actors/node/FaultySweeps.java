package io.winnow.actors.node;

import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepPlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Real sweeps whose outcome a test has a say in; runs are told apart by their seed. */
final class FaultySweeps implements SweepFactory {
  /** Sees a training sweep; may throw, or run it and give another outcome. */
  interface Fault {
    SweepSession.Trained onTrain(SweepSession.Work work, Sweeping sweeping);
  }

  /** The real sweep, with a say in its gradients. */
  interface Sweeping {
    SweepSession.Trained run(UnaryOperator<LayerGradient> change);
  }

  private final SweepFactory real;
  private final Map<Long, Fault> faults = new ConcurrentHashMap<>();
  private final Map<Long, Runnable> evaluations = new ConcurrentHashMap<>();

  FaultySweeps(SweepFactory real) {
    this.real = real;
  }

  void of(long seed, Fault fault) {
    faults.put(seed, fault);
  }

  /** Lets sweeps of this step and later ones wait until the latch is open. */
  CountDownLatch holdFrom(long seed, long step) {
    CountDownLatch latch = new CountDownLatch(1);
    of(
        seed,
        (work, sweeping) -> {
          if (work.key().step() >= step) {
            await(latch);
          }
          return sweeping.run(UnaryOperator.identity());
        });
    return latch;
  }

  /** Lets evaluations after the first so many sweeps wait until the latch is open. */
  CountDownLatch holdEvaluations(long seed, int afterSweeps) {
    CountDownLatch latch = new CountDownLatch(1);
    AtomicInteger sweep = new AtomicInteger();
    beforeEvaluation(
        seed,
        () -> {
          if (sweep.incrementAndGet() > afterSweeps) {
            await(latch);
          }
        });
    return latch;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("a test holds a sweep and never lets it go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs before each evaluation sweep, on the compute thread. */
  private void beforeEvaluation(long seed, Runnable wait) {
    evaluations.put(seed, wait);
  }

  void mend(long seed) {
    faults.remove(seed);
    evaluations.remove(seed);
  }

  @Override
  public SweepSession open(SweepPlan plan) {
    return new Session(plan.seed(), real.open(plan));
  }

  private final class Session implements SweepSession {
    private final long seed;
    private final SweepSession real;

    Session(long seed, SweepSession real) {
      this.seed = seed;
      this.real = real;
    }

    @Override
    public String base() {
      return real.base();
    }

    @Override
    public String numerics() {
      return real.numerics();
    }

    @Override
    public void bind(LayerParameters parameters) {
      real.bind(parameters);
    }

    @Override
    public Trained train(Work work, Consumer<LayerGradient> onLayer, BooleanSupplier cancelled) {
      Sweeping sweeping =
          change -> real.train(work, g -> onLayer.accept(change.apply(g)), cancelled);
      return faults
          .getOrDefault(work.key().seed(), (w, s) -> s.run(UnaryOperator.identity()))
          .onTrain(work, sweeping);
    }

    @Override
    public Evaluated evaluate(Batch batch) {
      evaluations.getOrDefault(seed, () -> {}).run();
      return real.evaluate(batch);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
