package io.winnow.actors.client;

import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.MadeUpShape;
import io.winnow.actors.plan.ShapePlanner;
import io.winnow.actors.worker.ComputeClock;
import io.winnow.model.compute.GemmPeak;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Measures training steps of a whole node (coordinator, layers, workers, store) on made-up weights
 * of a known shape. Nothing is asserted; numbers are of this machine at this moment.
 */
public final class Bench {
  /** Steps before the measurement: buffers, compiled code, the clocks of the cores. */
  private static final int WARM_UP = 2;

  private static final double PEAK_SECONDS = 1.0;
  private static final RunId RUN = new RunId("bench");

  private final MadeUpShape shape;
  private final int steps;
  private final int workers;
  private final FlopCount flops = new FlopCount();

  public Bench(String shape, int steps, int workers) {
    this.shape = MadeUpShape.named(shape);
    this.steps = steps;
    this.workers = workers;
  }

  /** Names, with their unit, to values. */
  public Map<String, Object> run() {
    double peak = gemmPeak();
    try {
      Path folder = Files.createTempDirectory("winnow-bench-");
      try (Bases bases = new Bases()) {
        return measured(folder, bases, peak);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw UserProblem.failure("bench needs a temporary folder: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }

  private Map<String, Object> measured(Path folder, Bases bases, double peak)
      throws InterruptedException {
    ShapePlanner planner = new ShapePlanner(shape, WARM_UP + steps);
    NodeSettings settings =
        new NodeSettings(
            folder.resolve("store"),
            workers,
            RUN::equals,
            planner,
            plan -> flops.counting(new BaseSweeps(bases).open(plan)));
    BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
    try (WinnowNode node = WinnowNode.start(settings)) {
      RunClient client = new RunClient(node, RUN);
      client.follow(events::add);
      client.submit(RunConfigWriter.render(planner.config()));
      return report(events, node.clock(), peak);
    }
  }

  private Map<String, Object> report(
      BlockingQueue<RunEvent> events, ComputeClock clock, double peak) throws InterruptedException {
    List<Double> seconds = new ArrayList<>();
    long tokens = 0;
    ComputeClock.Reading before = clock.read();
    long flopsBefore = 0;
    while (seconds.size() < steps) {
      RunEvent event = events.take();
      if (event instanceof RunEvent.RunPaused paused) {
        throw UserProblem.failure("the measurement stopped: " + paused.reason());
      }
      if (event instanceof RunEvent.StepDone done) {
        if (done.row().step() == WARM_UP) {
          before = clock.read();
          flopsBefore = flops.operations();
        } else if (done.row().step() > WARM_UP) {
          seconds.add(done.row().seconds());
          tokens += done.row().tokens();
        }
      }
    }
    return numbers(
        seconds, tokens, flops.operations() - flopsBefore, clock.read().since(before), peak);
  }

  private Map<String, Object> numbers(
      List<Double> seconds, long tokens, long operations, ComputeClock.Reading clock, double peak) {
    Collections.sort(seconds);
    double median = seconds.get(seconds.size() / 2);
    double sum = seconds.stream().mapToDouble(s -> s).sum();
    double flopsPerStep = (double) operations / steps;
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("shape", shape.folder().substring("shape:".length()));
    numbers.put("workers", workers);
    numbers.put("steps", steps);
    numbers.put("batch_examples", ShapePlanner.BATCH);
    numbers.put("sequence_tokens", ShapePlanner.LENGTH);
    numbers.put("seconds_per_step_median", median);
    numbers.put("seconds_per_step_min", seconds.get(0));
    numbers.put("seconds_per_step_max", seconds.get(seconds.size() - 1));
    numbers.put("tokens_per_second", tokens / sum);
    numbers.put("model_flops_per_step", flopsPerStep);
    numbers.put("gemm_peak_gflops", peak);
    numbers.put("utilisation", flopsPerStep / median / (peak * 1e9));
    numbers.put("peak_rss_bytes", Memory.peakRssBytes());
    numbers.put("idle_share", clock.idleShare());
    return numbers;
  }

  /** The sum of what all workers' threads reach at once on a large product. */
  private double gemmPeak() {
    ExecutorService pool = Executors.newFixedThreadPool(workers);
    try {
      List<Callable<Double>> all =
          Collections.nCopies(workers, () -> GemmPeak.measure(PEAK_SECONDS));
      double sum = 0;
      for (Future<Double> one : pool.invokeAll(all)) {
        sum += one.get();
      }
      return sum;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the gemm peak could not be measured", e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
