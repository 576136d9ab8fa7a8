package io.winnow.actors.bench;

import io.winnow.model.compute.UserProblem;

/** Measures the bytes that a step sends between processes, before and after heads are selected. */
public final class WireBytes {
  /** Size of a head: enough that its tensors outweigh their headers. */
  private static final int RANK = 8;

  private static final int WIDTH = 128;
  private static final int HEADS_PER_LAYER = 6;

  /** Steps of a window, and between a window and the selection. */
  private static final int WINDOW = 60;

  private static final int MARGIN = 20;

  private final BenchCluster.Launcher launcher;

  public WireBytes(BenchCluster.Launcher launcher) {
    this.launcher = launcher;
  }

  /** What is measured: so many of the heads stay. */
  public record Cell(int nodes, int workers, int heads, int keep) {
    /** K/n. */
    public double share() {
      return (double) keep / heads;
    }
  }

  /** Bytes of a step between processes, all directions together. */
  public record Result(Cell cell, double before, double after) {
    public double ratio() {
      return after / before;
    }
  }

  /** Measures one selection. */
  public Result measure(Cell cell) throws InterruptedException {
    MadeUpHeads heads = new MadeUpHeads(cell.heads(), HEADS_PER_LAYER, RANK, WIDTH);
    BenchCluster.Size size = new BenchCluster.Size(cell.nodes(), cell.workers());
    long selectAt = 2L * WINDOW;
    MadeUpRun run = MadeUpRun.selecting(heads, cell.workers(), cell.keep(), selectAt);
    try (BenchCluster cluster = BenchCluster.start(size, run, launcher)) {
      double before = bytes(cluster, MARGIN, MARGIN + WINDOW, selectAt);
      double after = bytes(cluster, selectAt + MARGIN, selectAt + MARGIN + WINDOW, MadeUpRun.STEPS);
      return new Result(cell, before, after);
    }
  }

  private static double bytes(BenchCluster cluster, long from, long to, long before)
      throws InterruptedException {
    long first = cluster.step(from).step();
    Effort effort = cluster.effort();
    long last = cluster.step(to).step();
    double bytes = cluster.effort().since(effort).wireBytes();
    if (last >= before) {
      throw UserProblem.failure("this process was too slow to look before the selection");
    }
    return bytes / (last - first);
  }
}
