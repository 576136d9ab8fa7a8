package io.winnow.cli;

import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.node.ClusterSettings;
import io.winnow.actors.node.Membership;
import io.winnow.actors.node.NodeAddress;
import io.winnow.actors.node.NodeConfig;
import io.winnow.actors.node.NodeEnd;
import io.winnow.actors.node.NodeService;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.Watchdog;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.weights.FetchedWeights;
import io.winnow.actors.weights.WeightsServer;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's process from its start to its exit code. Bases are not closed: workers may still compute
 * with them when the process ends.
 */
final class NodeProgram {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProgram.class);

  private static final Duration LONGEST_END = Duration.ofSeconds(90);

  /** What every node offers beside its actors. */
  private static final List<NodeService> SERVICES = List.of(NodeProgram::gateway);

  private final CommandContext context;
  private final NodeConfig config;

  NodeProgram(CommandContext context, NodeConfig config) {
    this.context = context;
    this.config = config;
  }

  /**
   * Starts the node and stays until it ends or is asked to leave.
   *
   * @param run submitted once the node is up, if any
   * @param folder for the files of that run
   * @return the exit code
   */
  int run(@Nullable RunConfig run, @Nullable Path folder) throws InterruptedException {
    context.logging().toFile(config.log(), "node=" + config.cluster().address());
    FetchedWeights fetched =
        config.weights().fetch() ? new FetchedWeights(config.weights().cache()) : null;
    Bases bases = new Bases(config::model, fetched);
    CompletableFuture<Integer> asked = new CompletableFuture<>();
    WinnowNode node =
        WinnowNode.start(NodeSettings.of(config, new FolderPlanner(bases), new BaseSweeps(bases)));
    exchangeWeights(node, bases, fetched);
    Interrupts interrupts = Interrupts.during(() -> askToLeave(asked));
    node.whenRemoved().thenRun(NodeProgram::endSoon);
    List<AutoCloseable> open = new ArrayList<>();
    open.add(watch(node));
    try {
      CompletableFuture<Void> up = node.whenUp().toCompletableFuture();
      CompletableFuture<NodeEnd> ended = node.whenEnded().toCompletableFuture();
      first(up, ended, asked);
      if (up.isDone() && !asked.isDone()) {
        sayUp(node);
        Membership.follow(node, line -> sayWhileIn(line, asked));
        SERVICES.forEach(service -> open.add(service.start(node, config)));
        if (run != null) {
          open.add(new NodeSubmission(context, node, run).begin(folder, end -> after(end, asked)));
        }
        first(ended, asked);
      }
      boolean isAsked = !ended.isDone();
      open.forEach(NodeProgram::close);
      node.close();
      return isAsked ? left(asked) : lost(ended.join(), up.isDone());
    } catch (RuntimeException failure) {
      node.close();
      throw failure;
    } finally {
      interrupts.close();
    }
  }

  private void exchangeWeights(WinnowNode node, Bases bases, @Nullable FetchedWeights fetched) {
    if (fetched != null) {
      fetched.connect(node.system());
    }
    if (config.weights().serve()) {
      WeightsServer.start(node.system(), bases);
    }
  }

  private AutoCloseable watch(WinnowNode node) {
    Watchdog.Limits limits = config.watchdog();
    return limits == null ? () -> {} : Watchdog.start(node, limits, this::endStuck);
  }

  /** Nothing of a node that is stuck can be asked to end in order. */
  private void endStuck(String why) {
    context.terminal().err().println("winnow: " + why + "; see " + config.log());
    Runtime.getRuntime().halt(NodeEnd.LOST.exitCode());
  }

  private static AutoCloseable gateway(WinnowNode node, NodeConfig config) {
    NodeAddress http = config.http();
    if (http == null) {
      return () -> {};
    }
    String token = config.httpToken() == null ? null : GatewaySettings.token(config.httpToken());
    return Gateway.start(
        node,
        new GatewaySettings(http.host(), http.port(), token, run -> problemsOfFiles(run, config)));
  }

  /** Model and data need only be where coordinators are, and models where the node.conf says. */
  private static List<UserProblem> problemsOfFiles(RunConfig run, NodeConfig config) {
    if (!config.cluster().roles().contains(ClusterSettings.Role.CONTROL)) {
      return List.of();
    }
    String model = config.model(run.model().path().toString());
    return PlanCheck.problems(run.withModel(Path.of(model)));
  }

  /** A node that the others gave up must not stay because something in it hangs. */
  private static void endSoon() {
    CompletableFuture.delayedExecutor(LONGEST_END.toSeconds(), TimeUnit.SECONDS)
        .execute(
            () -> {
              LOG.error("event=end-overdue");
              Runtime.getRuntime().halt(NodeEnd.LOST.exitCode());
            });
  }

  private static void first(CompletableFuture<?>... any) throws InterruptedException {
    try {
      CompletableFuture.anyOf(any).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for the node failed", e);
    }
  }

  private void askToLeave(CompletableFuture<Integer> asked) {
    context.terminal().err().println("leaving the cluster; once more ends at once");
    asked.complete(NodeEnd.LEFT.exitCode());
  }

  /** A client has nothing more to do once its run has ended. */
  private void after(int exitCode, CompletableFuture<Integer> asked) {
    if (config.cluster().roles().isEmpty()) {
      asked.complete(exitCode);
    }
  }

  private void sayUp(WinnowNode node) {
    String workers =
        config.workers() == 0 ? "" : "; " + Words.count(config.workers(), "compute slot");
    print("node " + node.address() + " is up: " + config.rolesText() + workers);
    print("log: " + config.log());
  }

  /** A node that leaves sees all others go. */
  private void sayWhileIn(String line, CompletableFuture<Integer> asked) {
    if (!asked.isDone()) {
      print(line);
    }
  }

  private int left(CompletableFuture<Integer> asked) {
    LOG.info("event=left");
    print("left the cluster");
    return asked.join();
  }

  private int lost(NodeEnd end, boolean wasUp) {
    String why =
        switch (end) {
          case LEFT, FAILED -> "the node stopped by itself";
          case LOST ->
              wasUp
                  ? "the other nodes gave this one up; start it again"
                  : "no cluster found in "
                      + config.cluster().joinDeadline().toSeconds()
                      + " s at "
                      + config.cluster().join();
          case REFUSED -> "the cluster refused this node";
        };
    NodeEnd known = end == NodeEnd.LEFT ? NodeEnd.FAILED : end;
    LOG.error("event=ended end={} reason=\"{}\"", known, why);
    context.terminal().err().println("winnow: " + why + "; see " + config.log());
    return known.exitCode();
  }

  private synchronized void print(String line) {
    context.terminal().out().println(line);
  }

  private static void close(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception problem) { // of whatever kind: the node leaves all the same
      LOG.warn("event=service-not-closed", problem);
    }
  }
}
