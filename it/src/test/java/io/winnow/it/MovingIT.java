package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go in order while a run goes on: layers move, and the bytes are those of one. */
@Tag("cluster")
class MovingIT {
  private static final String ALL = "control,adapters,worker";
  private static final String TAKEN_UP = "event=hand-off-taken-up";

  /** Long enough for all that happens to a run; a test whose run ends before that fails. */
  private static final int STEPS = 2000;

  private static final int BATCH = 4;

  private static final String[] LONG = {
    "training.epochs=" + STEPS / 500.0, // of the quickstart's 2,000 examples
    "training.batch-size=" + BATCH,
    "training.micro-batch=" + BATCH,
    "selection.at=700",
    "training.evaluate-every=500",
    "checkpoint.every=25",
    "workers.count=1"
  };

  @TempDir static Path folder;

  private static Path undisturbed;

  @BeforeAll
  static void runOnOneNode() throws IOException, InterruptedException {
    undisturbed = QuickstartRuns.undisturbed(folder, LONG);
  }

  @Test
  void aNodeThatComesTakesOverLayersAndMicroBatchesAndGivesThemBackInTheSameAttempt()
      throws Exception {
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-added"))) {
      int first = cluster.start("control,adapters");
      int onlyWorker = cluster.start("worker");
      try (Moving run = new Moving("added", cluster)) {
        run.reaches(20);
        int added = cluster.start("adapters,worker");
        run.until(() -> TestCluster.read(cluster.log(added)).contains(TAKEN_UP));
        leave(cluster, onlyWorker);
        run.goesOn(); // by the micro-batches of the new node, as there is no other worker
        cluster.start("worker");
        leave(cluster, added);
        assertThat(TestCluster.read(cluster.log(first))).contains(TAKEN_UP);
        run.goesOn();
        run.ends();
      }
      assertThat(TestCluster.read(cluster.log(first)))
          .contains("attempt=1 event=attempt-begun")
          .doesNotContain("attempt=2");
    }
  }

  @Test
  void nodesThatAreRestartedOneAfterAnotherAndThenAllAtOnceChangeNothing() throws Exception {
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster-restarted"))) {
      cluster.startAll(ALL, ALL, ALL);
      try (Moving run = new Moving("restarted", cluster)) {
        run.reaches(20);
        for (int port : cluster.ports()) {
          leave(cluster, port);
          cluster.restart(port);
          cluster.awaitAll();
          run.goesOn();
        }
        run.says("each node restarted");
      }
      assertThat(cluster.logs()).contains(TAKEN_UP);
      restartAll(cluster);
      try (Moving run = new Moving("restarted", cluster)) {
        run.ends();
      }
    }
  }

  private static void leave(TestCluster cluster, int port) throws Exception {
    cluster.node(port).terminate();
    assertThat(cluster.node(port).await()).as(cluster.logs()).isZero();
  }

  private static void restartAll(TestCluster cluster) throws Exception {
    for (int port : cluster.ports()) {
      cluster.node(port).terminate();
    }
    for (int port : cluster.ports()) {
      assertThat(cluster.node(port).await()).as(cluster.logs()).isZero();
    }
    for (int port : cluster.ports()) {
      cluster.restart(port);
    }
    cluster.awaitAll();
  }

  /** A run, the client that follows it, and how long it stood still. */
  private static final class Moving implements AutoCloseable {
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
    private final String name;
    private final TestCluster cluster;
    private final Path out;
    private final WinnowProcess client;
    private volatile double longest;

    Moving(String name, TestCluster cluster) throws IOException {
      this.name = name;
      this.cluster = cluster;
      this.out = folder.resolve(name);
      this.client = cluster.submit(out, LONG);
    }

    private long rows() {
      return QuickstartRuns.rows(out);
    }

    /** Waits for a number of rows; what is measured begins after that. */
    void reaches(long rows) throws Exception {
      until(() -> rows() >= rows);
      Progress progress = new Progress(this::rows);
      looking.scheduleWithFixedDelay(() -> look(progress), 0, 20, TimeUnit.MILLISECONDS);
    }

    private void look(Progress progress) {
      if (rows() < STEPS) {
        progress.look();
        longest = progress.longestSeconds();
      }
    }

    void goesOn() throws Exception {
      long now = rows();
      until(() -> rows() > now);
    }

    /** Waits for something that must happen before the run ends. */
    void until(BooleanSupplier condition) throws Exception {
      assertThat(client.runsUntil(condition)).as(client.printed() + cluster.logs()).isTrue();
      assertThat(rows()).as("steps when it happened").isLessThan(STEPS);
    }

    /** Waits for its end, with the bytes of the undisturbed one. */
    void ends() throws Exception {
      while (client.isAlive() && rows() < STEPS) {
        long next = Math.min(STEPS, rows() + 100); // a deadline for each hundred, however slow
        client.runsUntil(() -> rows() >= next);
      }
      assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
      says("ended");
      QuickstartRuns.assertSameAdapter(out, undisturbed);
      QuickstartRuns.assertEachStepOnce(out, STEPS);
      assertThat(QuickstartRuns.results(out)).isEqualTo(QuickstartRuns.results(undisturbed));
    }

    void says(String what) {
      System.out.printf(
          "MovingIT: %s: %s: %d steps, %d layers taken up, at most %.1f s without progress%n",
          name, what, rows(), takenUp(), longest);
    }

    private long takenUp() {
      return cluster.logs().lines().filter(line -> line.contains(TAKEN_UP)).count();
    }

    @Override
    public void close() {
      looking.shutdownNow();
      client.close();
    }
  }
}
