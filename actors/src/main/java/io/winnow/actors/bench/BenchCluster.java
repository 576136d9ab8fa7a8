package io.winnow.actors.bench;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.node.NodeAddress;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A run of made-up heads on nodes whose workers compute nothing, the first node in this process and
 * the others in processes of their own; how far it is, and what it costs. Used by one thread.
 */
public final class BenchCluster implements AutoCloseable {
  private static final RunId RUN = new RunId("made-up");
  private static final Duration STEP_DEADLINE = Duration.ofMinutes(5);
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final Path folder;
  private final List<BenchProcess> others = new ArrayList<>();
  private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
  private final BenchNode first;

  /** Starts the process of a node. */
  public interface Launcher {
    /** The command line of a process that calls {@link BenchNode#joining}. */
    List<String> command(NodeAddress first, Path store, int workers);
  }

  private BenchCluster(Path folder, BenchNode first) {
    this.folder = folder;
    this.first = first;
  }

  /** What is measured: so many workers, dealt out to so many nodes. */
  public record Size(int nodes, int workers) {
    private int workersOf(int node) {
      return workers / nodes + (node < workers % nodes ? 1 : 0);
    }
  }

  /** Starts the nodes and the run; returns when every worker is ready. */
  public static BenchCluster start(Size size, MadeUpRun run, Launcher launcher)
      throws InterruptedException {
    Path folder = temporary();
    Path store = folder.resolve("store");
    BenchCluster cluster = new BenchCluster(folder, BenchNode.first(store, size.workersOf(0), run));
    try {
      NodeAddress address = cluster.first.node().address();
      for (int node = 1; node < size.nodes; node++) {
        cluster.others.add(
            BenchProcess.start(launcher.command(address, store, size.workersOf(node))));
      }
      cluster.others.forEach(BenchProcess::effort); // they are up when they answer
      RunClient client = new RunClient(cluster.first.node(), RUN);
      client.follow(cluster.events::add);
      client.submit(run.config());
      cluster.awaitWorkers(size.workers);
      cluster.first.begin();
      return cluster;
    } catch (RuntimeException | InterruptedException failure) {
      cluster.close();
      throw failure;
    }
  }

  private void awaitWorkers(int workers) throws InterruptedException {
    long deadline = System.nanoTime() + STEP_DEADLINE.toNanos();
    while (effort().ready() < workers) {
      if (System.nanoTime() > deadline) {
        throw UserProblem.failure(
            "only " + effort().ready() + " of " + workers + " workers are ready");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  /** What all processes did so far. */
  public Effort effort() {
    Effort sum = first.effort();
    for (BenchProcess other : others) {
      sum = sum.plus(other.effort());
    }
    return sum;
  }

  /** Waits for the next step's row. */
  public MetricsRow nextStep() throws InterruptedException {
    long deadline = System.nanoTime() + STEP_DEADLINE.toNanos();
    while (true) {
      RunEvent event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw UserProblem.failure("no step in " + STEP_DEADLINE.toSeconds() + " s");
      }
      if (event instanceof RunEvent.StepDone done) {
        return done.row();
      }
      if (event instanceof RunEvent.RunPaused paused) {
        throw UserProblem.failure("the measurement stopped: " + paused.reason());
      }
    }
  }

  /** Waits until a step is done, and goes past all that are. */
  public MetricsRow step(long step) throws InterruptedException {
    MetricsRow row = nextStep();
    while (row.step() < step || !events.isEmpty()) {
      row = nextStep();
    }
    return row;
  }

  @Override
  public void close() {
    first.begin(); // a sweep that waits would hold its node
    others.forEach(BenchProcess::close);
    first.close();
    delete(folder);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("winnow-bench-");
    } catch (IOException e) {
      throw UserProblem.failure("bench needs a temporary folder: " + e.getMessage(), e);
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw UserProblem.failure(folder + " could not be deleted: " + e.getMessage(), e);
    }
  }
}
