package io.winnow.it;

import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Real sweeps of a worker that is slower than this machine: each begins with waiting. What each
 * took goes to a file, a line {@code worker milliseconds} each; those that were cut short do not.
 */
final class PacedSweeps implements SweepFactory {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final SweepFactory real;
  private final Pace pace;
  private final Path times;

  /**
   * How slow: a training sweep takes at least {@code millis}, and {@code factor} times what it
   * really takes.
   */
  record Pace(long millis, double factor) {
    /** Nanoseconds to wait before a sweep that will take about so long. */
    long pause(long realNanos) {
      long slowed = (long) ((factor - 1) * realNanos);
      return Math.max(slowed, TimeUnit.MILLISECONDS.toNanos(millis) - realNanos);
    }
  }

  PacedSweeps(SweepFactory real, Pace pace, Path times) {
    this.real = real;
    this.pace = pace;
    this.times = times;
  }

  @Override
  public SweepSession open(SweepPlan plan) {
    return new Session(real.open(plan));
  }

  private synchronized void took(long nanos) {
    String line = Thread.currentThread().getName() + " " + nanos / 1e6 + "\n";
    try {
      Files.writeString(times, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(times.toString(), e);
    }
  }

  private final class Session implements SweepSession {
    private final SweepSession real;
    private long lastNanos;

    Session(SweepSession real) {
      this.real = real;
    }

    @Override
    public Trained train(Work work, Consumer<LayerGradient> onLayer, BooleanSupplier cancelled) {
      long began = System.nanoTime();
      long until = began + pace.pause(lastNanos);
      while (System.nanoTime() < until && !cancelled.getAsBoolean()) {
        LockSupport.parkNanos(Math.min(LOOK_NANOS, until - System.nanoTime()));
      }
      if (cancelled.getAsBoolean()) {
        return new Trained(0, SweepCost.ZERO, true);
      }
      long computing = System.nanoTime();
      Trained trained = real.train(work, onLayer, cancelled);
      lastNanos = System.nanoTime() - computing;
      if (!trained.wasCancelled()) {
        took(System.nanoTime() - began);
      }
      return trained;
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
    public Evaluated evaluate(Batch batch) {
      return real.evaluate(batch);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
