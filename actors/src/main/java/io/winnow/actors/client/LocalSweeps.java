package io.winnow.actors.client;

import io.winnow.actors.run.Examples;
import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Forward sweeps over a data set in this process, without a run: for eval and predict. */
public final class LocalSweeps {
  /** Examples of a sweep. */
  public static final int BATCH = 16;

  private final SweepFactory factory;
  private final SweepPlan plan;
  private final List<LayerParameters> parameters;

  public LocalSweeps(SweepFactory factory, SweepPlan plan, List<LayerParameters> parameters) {
    this.factory = factory;
    this.plan = plan;
    this.parameters = List.copyOf(parameters);
  }

  /** Outputs of consecutive batches of {@link #BATCH} examples, and the mean loss of a target. */
  public record Outcome(List<float[]> outputs, double loss) {}

  /** Sweeps all examples, in order, on so many threads; the result does not depend on them. */
  public Outcome evaluate(Examples examples, int threads) {
    int batches = (examples.size() + BATCH - 1) / BATCH;
    SweepSession.Evaluated[] outcomes = new SweepSession.Evaluated[batches];
    long[] targets = new long[batches];
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t;
        parts.add(
            pool.submit(() -> part(examples, new Results(outcomes, targets), first, threads)));
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
    List<float[]> outputs = new ArrayList<>();
    for (SweepSession.Evaluated outcome : outcomes) {
      loss += outcome.lossSum();
      outputs.add(outcome.outputs());
    }
    return new Outcome(outputs, loss / Math.max(1, Arrays.stream(targets).sum()));
  }

  /** By batch: what came out, and how many targets it had. */
  private record Results(SweepSession.Evaluated[] outcomes, long[] targets) {}

  /** Every {@code stride}-th batch from {@code first} on. */
  private void part(Examples examples, Results results, int first, int stride) {
    try (SweepSession session = factory.open(plan)) {
      parameters.forEach(session::bind);
      for (int b = first; b < results.outcomes.length; b += stride) {
        int to = Math.min(examples.size(), (b + 1) * BATCH);
        int[] indices = IntStream.range(b * BATCH, to).toArray();
        Batch batch = examples.collate(indices);
        results.outcomes[b] = session.evaluate(batch);
        results.targets[b] = batch.targets().count();
      }
    }
  }
}
