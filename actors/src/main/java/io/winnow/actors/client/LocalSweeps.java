package io.winnow.actors.client;

import io.winnow.actors.run.Examples;
import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.protocol.SweepPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Forward sweeps over a data set in this process, without a run: for eval and predict. */
public final class LocalSweeps {
  private static final int BATCH = 16;

  private final SweepFactory factory;
  private final SweepPlan plan;
  private final List<LayerParameters> parameters;

  public LocalSweeps(SweepFactory factory, SweepPlan plan, List<LayerParameters> parameters) {
    this.factory = factory;
    this.plan = plan;
    this.parameters = List.copyOf(parameters);
  }

  /** Logits of consecutive batches and the loss summed over examples. */
  public record Outcome(List<float[]> logits, double lossSum) {}

  /** Sweeps all examples, in order, on so many threads; the result does not depend on them. */
  public Outcome evaluate(Examples examples, int threads) {
    int batches = (examples.size() + BATCH - 1) / BATCH;
    SweepSession.Evaluated[] outcomes = new SweepSession.Evaluated[batches];
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t;
        parts.add(pool.submit(() -> part(examples, outcomes, first, threads)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while evaluating", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException("evaluation failed", e.getCause());
    } finally {
      pool.shutdownNow();
    }
    double loss = 0;
    List<float[]> logits = new ArrayList<>();
    for (SweepSession.Evaluated outcome : outcomes) {
      loss += outcome.lossSum();
      logits.add(outcome.logits());
    }
    return new Outcome(logits, loss);
  }

  /** Every {@code stride}-th batch from {@code first} on. */
  private void part(Examples examples, SweepSession.Evaluated[] outcomes, int first, int stride) {
    try (SweepSession session = factory.open(plan)) {
      parameters.forEach(session::bind);
      for (int b = first; b < outcomes.length; b += stride) {
        int to = Math.min(examples.size(), (b + 1) * BATCH);
        int[] indices = IntStream.range(b * BATCH, to).toArray();
        outcomes[b] = session.evaluate(examples.collate(indices));
      }
    }
  }
}
