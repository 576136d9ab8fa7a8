package io.winnow.actors.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.node.ClusterSettings;
import io.winnow.actors.node.ClusterSettings.Role;
import io.winnow.actors.node.NodeAddress;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.registry.Admission;
import io.winnow.actors.run.Planner;
import io.winnow.actors.store.StoreSettings;
import io.winnow.model.compute.UserProblem;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** A node of this process whose workers compute nothing, and what the process does for it. */
public final class BenchNode implements AutoCloseable {
  private static final Duration UP_DEADLINE = Duration.ofMinutes(2);
  private static final Config METERED =
      ConfigFactory.parseString(
          "akka.remote.artery.advanced.instruments = [\"" + WireMeter.class.getName() + "\"]");

  private final CountDownLatch begin;
  private final EmptySweeps sweeps;
  private final CountingPost post = new CountingPost();
  private final WinnowNode node;

  private BenchNode(Path store, ClusterSettings cluster, int workers, Planner planner) {
    // the first node's sweeps wait until all workers are there, and with them every step
    this.begin = new CountDownLatch(cluster.join().isEmpty() ? 1 : 0);
    this.sweeps = new EmptySweeps(begin);
    this.node =
        WinnowNode.start(
            new NodeSettings(
                new StoreSettings.OneHost(store),
                cluster,
                workers,
                new Admission.AtOnce(),
                run -> true,
                planner,
                sweeps,
                post::around,
                UnaryOperator.identity(),
                METERED));
    awaitUp();
  }

  /** The node that begins the cluster; the only one with coordinators. */
  static BenchNode first(Path store, int workers, Planner planner) {
    ClusterSettings cluster = cluster(List.of(Role.values()), List.of());
    return new BenchNode(store, cluster, workers, planner);
  }

  /** A node that owns layers and has workers. */
  public static BenchNode joining(NodeAddress first, Path store, int workers) {
    ClusterSettings cluster = cluster(List.of(Role.ADAPTERS, Role.WORKER), List.of(first));
    return new BenchNode(store, cluster, workers, BenchNode::plansNothing);
  }

  private static ClusterSettings cluster(List<Role> roles, List<NodeAddress> join) {
    return new ClusterSettings(
        new NodeAddress("127.0.0.1", 0),
        "",
        0,
        roles,
        join,
        UP_DEADLINE,
        ClusterSettings.Timings.PATIENT,
        null);
  }

  private static io.winnow.actors.run.RunPlan plansNothing(String config) {
    throw new IllegalStateException("only the first node has coordinators");
  }

  private void awaitUp() {
    try {
      node.whenUp().toCompletableFuture().get(UP_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      node.close();
      throw UserProblem.failure("a node was not up after " + UP_DEADLINE.toSeconds() + " s", late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a node joined", e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("a node did not join", e);
    }
  }

  /** Lets the first step end. */
  void begin() {
    begin.countDown();
  }

  WinnowNode node() {
    return node;
  }

  /** What this process did so far. */
  public String effortLine() {
    return effort().line();
  }

  Effort effort() {
    return new Effort(
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime(),
        allocated(),
        post.posted(),
        WireMeter.messages(),
        WireMeter.bytes(),
        sweeps.opened());
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += Math.max(0, bytes); // -1 for a thread that ended meanwhile
    }
    return sum;
  }

  @Override
  public void close() {
    node.close();
  }
}
