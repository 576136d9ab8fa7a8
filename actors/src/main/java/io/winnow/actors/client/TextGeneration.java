package io.winnow.actors.client;

import io.winnow.actors.worker.SweepFactory;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.arch.Decoding;
import io.winnow.model.generate.Cache;
import io.winnow.model.generate.Generated;
import io.winnow.model.generate.Generator;
import io.winnow.model.generate.Prompts;
import io.winnow.protocol.SweepPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Text by a model with the heads of a run or an adapter, in this process. */
public final class TextGeneration {
  private static final int BATCH = 8;

  private final SweepFactory factory;
  private final SweepPlan plan;
  private final List<LayerParameters> parameters;
  private final Cache cache;

  public TextGeneration(
      SweepFactory factory, SweepPlan plan, List<LayerParameters> parameters, Cache cache) {
    this.factory = factory;
    this.plan = plan;
    this.parameters = List.copyOf(parameters);
    this.cache = cache;
  }

  /** All prompts, in batches on so many threads; in the order of the prompts. */
  public List<Generated> generate(Generator generator, List<int[]> prompts, int threads) {
    int batches = (prompts.size() + BATCH - 1) / BATCH;
    List<List<Generated>> results =
        new ArrayList<>(IntStream.range(0, batches).mapToObj(b -> List.<Generated>of()).toList());
    int used = Math.max(1, Math.min(threads, batches));
    ExecutorService pool = Executors.newFixedThreadPool(used);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int t = 0; t < used; t++) {
        int first = t;
        parts.add(
            pool.submit(() -> part(generator, prompts, results, new Stride(first, used, batches))));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while generating", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException("generation failed", e.getCause());
    } finally {
      pool.shutdownNow();
    }
    return results.stream().flatMap(List::stream).toList();
  }

  private record Stride(int first, int step, int end) {}

  /** Every step-th batch; each thread writes other elements of the results. */
  private void part(
      Generator generator, List<int[]> prompts, List<List<Generated>> results, Stride stride) {
    try (SweepSession session = factory.open(plan)) {
      parameters.forEach(session::bind);
      try (Decoding decoding = session.decoding(cache)) {
        for (int b = stride.first(); b < stride.end(); b += stride.step()) {
          int from = b * BATCH;
          int to = Math.min(prompts.size(), from + BATCH);
          List<Prompts.Prompt> batch =
              IntStream.range(from, to)
                  .mapToObj(i -> new Prompts.Prompt(i, prompts.get(i)))
                  .toList();
          results.set(b, generator.generate(decoding, new Prompts(batch)));
        }
      }
    }
  }
}
