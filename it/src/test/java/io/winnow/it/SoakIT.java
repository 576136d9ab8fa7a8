package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One run after another on supervised nodes while seeded faults come at any of them: each run ends
 * with the bytes of an undisturbed one. {@code -Dwinnow.it.seed=N} repeats a sequence of faults.
 */
class SoakIT {
  private static final String ALL = "control,adapters,worker";
  private static final Duration SHORT = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final int LEAST_FAULTS_OF_LONG = 200;
  private static final int SHORTEST_PAUSE_MILLIS = 2000;
  private static final int LONGEST_PAUSE_MILLIS = 12_000;
  private static final int LONGEST_STOP_MILLIS = 15_000;

  @TempDir Path folder;

  private enum Fault {
    KILL,
    STOP,
    LEAVE
  }

  private final long seed = Long.getLong("winnow.it.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private TestCluster cluster;
  private Supervisor supervisor;
  private long nextNanos;
  private int stopped;
  private long wakeNanos;

  @Test
  void nothingIsLostInTwoMinutesOfFaults() throws Exception {
    soak(SHORT);
    assertThat(faults()).isPositive();
  }

  @Test
  @Tag("soak")
  void nothingIsLostInThirtyMinutesOfFaults() throws Exception {
    soak(LONG);
    assertThat(faults()).isGreaterThanOrEqualTo(LEAST_FAULTS_OF_LONG);
  }

  private void soak(Duration time) throws Exception {
    System.out.println("SoakIT: seed " + seed);
    Path undisturbed = folder.resolve("undisturbed");
    try (WinnowProcess one =
        WinnowProcess.start(folder, QuickstartRuns.train(undisturbed, "workers.count=1"))) {
      assertThat(one.await()).as(one.printed()).isZero();
    }
    try (TestCluster nodes = new TestCluster(folder.resolve("cluster"))) {
      cluster = nodes;
      supervisor = new Supervisor(cluster, Duration.ofSeconds(1));
      cluster.startAll(ALL, ALL, ALL);
      long end = System.nanoTime() + time.toNanos();
      int runs = 0;
      while (System.nanoTime() < end) {
        runs++;
        Path run = folder.resolve("run-" + runs);
        runUnderFaults("run-" + runs, run);
        QuickstartRuns.assertSameAdapter(run, undisturbed);
        QuickstartRuns.assertEachStepOnce(run);
      }
      System.out.printf(
          "SoakIT: seed %d: %d runs, faults %s, %d starts after them%n",
          seed, runs, done, supervisor.starts());
    }
  }

  private void runUnderFaults(String name, Path run) throws IOException, InterruptedException {
    WinnowProcess client = cluster.submit(run, "name=" + name);
    client.runsUntil(
        () -> {
          supervisor.look();
          act();
          return !client.isAlive();
        });
    assertThat(client.await()).as("seed " + seed + client.printed() + cluster.logs()).isZero();
  }

  /** Wakes who was stopped for long enough, and does the next fault when it is time. */
  private void act() {
    long now = System.nanoTime();
    if (stopped != 0 && now >= wakeNanos) {
      signal(stopped, "CONT");
      stopped = 0;
    }
    if (nextNanos == 0 || now >= nextNanos) {
      if (nextNanos != 0) {
        disturb();
      }
      nextNanos = now + millis(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
    }
  }

  /** Only when all nodes are in: two of three that are away at once cannot be survived alone. */
  private void disturb() {
    List<Integer> ports = cluster.ports();
    Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
    int port = ports.get(random.nextInt(ports.size()));
    if (stopped != 0 || !ports.stream().allMatch(cluster::isUp)) {
      return;
    }
    done.merge(fault, 1, Integer::sum);
    switch (fault) {
      case KILL -> signal(port, "KILL");
      case LEAVE -> cluster.node(port).terminate();
      case STOP -> {
        signal(port, "STOP");
        stopped = port;
        wakeNanos = System.nanoTime() + millis(0, LONGEST_STOP_MILLIS);
      }
    }
  }

  private void signal(int port, String name) {
    try {
      cluster.node(port).signal(name);
    } catch (IOException e) {
      throw new AssertionError("no signal " + name + " for node " + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long millis(int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to)).toNanos();
  }

  private int faults() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }
}
