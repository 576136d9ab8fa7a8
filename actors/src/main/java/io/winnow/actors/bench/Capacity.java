package io.winnow.actors.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measures how many steps in a second actors can do whose workers compute nothing. */
public final class Capacity {
  /** Heads of a layer: between the six and seven of common blocks and more. */
  public static final int HEADS_PER_LAYER = 10;

  /** Heads as small as can be: their arithmetic is not what is measured. */
  private static final int WIDTH = 4;

  private static final int WINDOWS = 3;
  private static final int MIN_STEPS = 3;

  private final BenchCluster.Launcher launcher;
  private final Duration warmUp;
  private final Duration window;

  /**
   * Three windows of this time, or of three steps where those take longer, after another time that
   * is not measured.
   */
  public Capacity(BenchCluster.Launcher launcher, Duration warmUp, Duration window) {
    this.launcher = launcher;
    this.warmUp = warmUp;
    this.window = window;
  }

  /** What was measured: so many heads, with one micro-batch a step for each worker. */
  public record Cell(int nodes, int workers, int heads) {
    /** Layers that the heads are in. */
    public int layers() {
      return (heads + HEADS_PER_LAYER - 1) / HEADS_PER_LAYER;
    }
  }

  /**
   * What came out, each the median of the windows.
   *
   * @param cpuMillis processor time of a step, of all processes together
   * @param messages a step's messages to layers and coordinators
   * @param wireBytes a step's bytes between processes
   * @param load of the machine in the last minute, when it was measured
   */
  public record Result(
      Cell cell,
      double stepsPerSecond,
      double cpuMillis,
      double allocated,
      double messages,
      double wireBytes,
      double load) {}

  /** Measures one cell. */
  public Result measure(Cell cell) throws InterruptedException {
    MadeUpHeads heads = new MadeUpHeads(cell.heads(), HEADS_PER_LAYER, 1, WIDTH);
    BenchCluster.Size size = new BenchCluster.Size(cell.nodes(), cell.workers());
    try (BenchCluster cluster =
        BenchCluster.start(size, MadeUpRun.of(heads, cell.workers()), launcher)) {
      window(cluster, warmUp);
      List<Window> windows = new ArrayList<>();
      for (int i = 0; i < WINDOWS; i++) {
        windows.add(window(cluster, window));
      }
      return result(cell, windows);
    }
  }

  private record Window(long steps, double seconds, Effort effort) {
    double perStep(double sum) {
      return sum / steps;
    }
  }

  private static Window window(BenchCluster cluster, Duration least) throws InterruptedException {
    long before = cluster.nextStep().step();
    Effort effort = cluster.effort();
    long began = System.nanoTime();
    long step = before;
    while (System.nanoTime() - began < least.toNanos() || step - before < MIN_STEPS) {
      step = cluster.nextStep().step();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Window(step - before, seconds, cluster.effort().since(effort));
  }

  private static Result result(Cell cell, List<Window> windows) {
    return new Result(
        cell,
        median(windows.stream().map(w -> w.steps / w.seconds).toList()),
        median(windows.stream().map(w -> w.perStep(w.effort.cpuNanos() / 1e6)).toList()),
        median(windows.stream().map(w -> w.perStep(w.effort.allocated())).toList()),
        median(windows.stream().map(w -> w.perStep(w.effort.posted())).toList()),
        median(windows.stream().map(w -> w.perStep(w.effort.wireBytes())).toList()),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
