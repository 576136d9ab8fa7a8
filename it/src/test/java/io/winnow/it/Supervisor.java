package io.winnow.it;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Starts nodes of a cluster again as their exit codes say (docs/cluster.md), after a while. It acts
 * when it is asked to look.
 */
final class Supervisor {
  /**
   * 1 trouble, 3 given up by the others, 137 killed; 0 when it left because a test wants it back.
   */
  private static final Set<Integer> AGAIN = Set.of(0, 1, 3, 137);

  private final TestCluster cluster;
  private final long pauseNanos;
  private final Map<Integer, Long> endedNanos = new HashMap<>();
  private final Map<Integer, Integer> starts = new HashMap<>();

  Supervisor(TestCluster cluster, Duration pause) {
    this.cluster = cluster;
    this.pauseNanos = pause.toNanos();
  }

  /** Starts again whoever ended long enough ago. */
  void look() {
    for (int port : cluster.ports()) {
      if (cluster.node(port).isAlive()) {
        endedNanos.remove(port);
      } else if (System.nanoTime() - endedNanos.computeIfAbsent(port, p -> System.nanoTime())
          >= pauseNanos) {
        startAgain(port);
      }
    }
  }

  private void startAgain(int port) {
    int code = cluster.node(port).exitCode();
    if (!AGAIN.contains(code)) {
      throw new AssertionError(
          "node " + port + " ended with exit code " + code + TestCluster.read(cluster.log(port)));
    }
    endedNanos.remove(port);
    starts.merge(port, 1, Integer::sum);
    try {
      cluster.restart(port);
    } catch (IOException e) {
      throw new AssertionError("node " + port + " could not be started again", e);
    }
  }

  /** How many starts there were after the first ones. */
  int starts() {
    return starts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
