package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A run of {@link QuickstartRuns} on a cluster while a test lets something happen to that. */
final class DisturbedRun {
  /** Far above the aim of 15 s: machines that run tests have other things to do. */
  private static final double LONGEST_PAUSE_SECONDS = 120;

  private final TestCluster cluster;
  private final String name;
  private final Path out;
  private final WinnowProcess client;
  private final Progress progress;
  private Supervisor supervisor;

  private DisturbedRun(TestCluster cluster, Path out, WinnowProcess client) {
    this.cluster = cluster;
    this.name = out.getFileName().toString();
    this.out = out;
    this.client = client;
    this.progress = new Progress(() -> QuickstartRuns.rows(out));
    this.supervisor = new Supervisor(cluster, Duration.ofDays(1));
  }

  /** Submits a run of the folder's name and looks on until it is well under way. */
  static DisturbedRun begin(TestCluster cluster, Path out, String... settings)
      throws IOException, InterruptedException {
    String[] all = new String[settings.length + 1];
    System.arraycopy(settings, 0, all, 0, settings.length);
    all[settings.length] = "name=" + out.getFileName();
    WinnowProcess client = cluster.submit(out, all);
    assertThat(client.runsUntil(() -> QuickstartRuns.rows(out) >= 10))
        .as(client.printed())
        .isTrue();
    return new DisturbedRun(cluster, out, client);
  }

  /** From now on nodes that end are started again. */
  DisturbedRun under(Supervisor other) {
    supervisor = other;
    return this;
  }

  /** Looks on until something holds; false if the run has ended before. */
  boolean goesOnUntil(BooleanSupplier condition) throws IOException, InterruptedException {
    return client.runsUntil(
        () -> {
          supervisor.look();
          progress.look();
          return condition.getAsBoolean();
        });
  }

  /** Looks on for a while. */
  void lasts(Duration time) throws IOException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    goesOnUntil(() -> System.nanoTime() > end);
  }

  /** Looks on until it has so many more rows. */
  void makes(int rows) throws IOException, InterruptedException {
    long wanted = QuickstartRuns.rows(out) + rows;
    assertThat(goesOnUntil(() -> QuickstartRuns.rows(out) >= wanted)).as(client.printed()).isTrue();
  }

  /** Looks on until it ends, by itself and with the bytes of the undisturbed one. */
  void endsLike(Path undisturbed) throws IOException, InterruptedException {
    goesOnUntil(() -> !client.isAlive());
    assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
    System.out.printf("%s: %.1f s without progress%n", name, progress.longestSeconds());
    assertThat(progress.longestSeconds()).isLessThan(LONGEST_PAUSE_SECONDS);
    QuickstartRuns.assertSameAdapter(out, undisturbed);
    QuickstartRuns.assertEachStepOnce(out);
    assertThat(QuickstartRuns.results(out)).isEqualTo(QuickstartRuns.results(undisturbed));
  }
}
