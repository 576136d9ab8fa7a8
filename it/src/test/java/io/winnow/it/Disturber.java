package io.winnow.it;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Does one fault after another to the nodes of a cluster, drawn from a seed, when it is asked to
 * act. One node at a time is away: two of three could not be survived by those that are left.
 */
final class Disturber {
  private static final int SHORTEST_PAUSE_MILLIS = 500;
  private static final int LONGEST_PAUSE_MILLIS = 3000;

  /** With default timings a node is given up after 12 s of silence: some are, some come back. */
  private static final int LONGEST_SILENCE_MILLIS = 18_000;

  private enum Fault {
    KILL,
    STOP,
    LEAVE,
    CUT_OFF,
    BREAK_CONNECTIONS
  }

  /** A node that is silent, and what lets it speak again. */
  private record Silent(WinnowProcess node, long untilNanos, Cure cure) {}

  private interface Cure {
    void apply() throws IOException, InterruptedException;
  }

  private final TestCluster cluster;
  private final ChaosNetwork network;
  private final SplittableRandom random;
  private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private @Nullable Silent silent;
  private long nextNanos;

  Disturber(TestCluster cluster, ChaosNetwork network, long seed) {
    this.cluster = cluster;
    this.network = network;
    this.random = new SplittableRandom(seed);
    pause();
  }

  /** Lets a silent node speak when it is time, and does the next fault when it is time. */
  void act() {
    try {
      if (silent != null) {
        listen(silent);
      } else if (System.nanoTime() >= nextNanos && allAreIn()) {
        disturb();
        pause();
      }
    } catch (IOException e) {
      throw new AssertionError("a fault could not be done", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One that was given up and is started again would begin a cluster of its own if it were cut. */
  private void listen(Silent one) throws IOException, InterruptedException {
    if (System.nanoTime() >= one.untilNanos || !one.node.isAlive()) {
      silent = null;
      one.cure.apply();
      pause();
    }
  }

  private boolean allAreIn() {
    return cluster.ports().stream().allMatch(cluster::isUp);
  }

  private void disturb() throws IOException, InterruptedException {
    List<Integer> ports = cluster.ports();
    int port = ports.get(random.nextInt(ports.size()));
    WinnowProcess node = cluster.node(port);
    Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
    done.merge(fault, 1, Integer::sum);
    switch (fault) {
      case KILL -> node.kill();
      case LEAVE -> node.terminate();
      case BREAK_CONNECTIONS -> network.breakConnections(port);
      case STOP -> {
        node.signal("STOP");
        silence(node, () -> node.signal("CONT"));
      }
      case CUT_OFF -> {
        network.cutOff(port);
        silence(node, network::mend);
      }
    }
  }

  /** Short silences are drawn more often than long ones. */
  private void silence(WinnowProcess node, Cure cure) {
    double drawn = random.nextDouble();
    long nanos = Duration.ofMillis((long) (drawn * drawn * LONGEST_SILENCE_MILLIS)).toNanos();
    silent = new Silent(node, System.nanoTime() + nanos, cure);
  }

  private void pause() {
    nextNanos = System.nanoTime() + millis(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  private long millis(int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to)).toNanos();
  }

  /** How many faults there were. */
  int faults() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public String toString() {
    return faults() + " faults " + done;
  }
}
