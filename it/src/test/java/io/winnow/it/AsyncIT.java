package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four workers in two JVMs, one of which is ten times as slow as the others: what the two modes
 * make of it, in micro-batches per second and in loss.
 */
@Tag("cluster")
class AsyncIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Long enough for two cores to compute for all workers beside it. */
  private static final int SWEEP_MILLIS = 250;

  /** Long enough for messages to be short beside it. */
  private static final int SHORT_SWEEP_MILLIS = 60;

  private static final int MICRO_BATCHES = 8;

  private static final int STALENESS = 4;
  private static final int SEEDS = 5;

  /** An epoch of the quickstart at its batch size. */
  private static final int LAST = 125;

  /** At both ends of a run, where workers come and nothing is left to open. */
  private static final int EDGE = 6;

  @TempDir static Path folder;

  private static TestCluster cluster;
  private static Map<Path, Integer> sweeps;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster = new TestCluster(folder.resolve("cluster"));
    cluster.start("control,adapters");
    sweeps =
        Map.of(
            cluster.startPaced(new PacedSweeps.Pace(SWEEP_MILLIS, 1), 3),
            SWEEP_MILLIS,
            cluster.startPaced(new PacedSweeps.Pace(10 * SWEEP_MILLIS, 1), 1),
            10 * SWEEP_MILLIS);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /**
   * Share of what the workers can do that became steps.
   *
   * @param ahead how many of the counted steps may have been worked on before the first of them
   *     began; they are taken off
   */
  private static double share(String name, double epochs, int ahead, String... more)
      throws Exception {
    for (Path file : sweeps.keySet()) {
      Files.deleteIfExists(file);
    }
    Path run = folder.resolve(name);
    List<String> settings =
        new ArrayList<>(
            List.of(
                "name=" + name,
                "training.epochs=" + epochs,
                "training.batch-size=" + 4 * MICRO_BATCHES,
                "training.micro-batch=4",
                "training.evaluate-every=1000",
                "selection.at=4",
                "checkpoint.every=1000"));
    settings.addAll(List.of(more));
    WinnowProcess client = cluster.submit(run, settings.toArray(String[]::new));
    assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
    List<JsonNode> all = steps(run);
    List<JsonNode> counted = all.subList(EDGE, all.size() - EDGE);
    double seconds = counted.size() * mean(counted, "/seconds");
    double done = MICRO_BATCHES * (counted.size() - ahead) / seconds;
    double possible = capacity();
    System.out.printf(
        "AsyncIT: %s: %.2f of %.2f micro-batches per second, %.2f; %d steps, %d of them ahead%n",
        name, done, possible, done / possible, counted.size(), ahead);
    return done / possible;
  }

  private static List<JsonNode> steps(Path run) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode row = JSON.readTree(line);
      if (row.has("lr")) {
        rows.add(row);
      }
    }
    return rows;
  }

  /**
   * Micro-batches per second of workers that never wait, by the median of what their sweeps took;
   * what the slow one is slowed to where all its sweeps were given up.
   */
  private static double capacity() throws IOException {
    double sum = 0;
    for (Map.Entry<Path, Integer> each : sweeps.entrySet()) {
      Map<String, List<Double>> workers = millis(each.getKey());
      sum += workers.values().stream().mapToDouble(times -> 1000 / median(times)).sum();
      sum += workers.isEmpty() ? 1000.0 / each.getValue() : 0;
    }
    return sum;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** What the sweeps of each worker took. */
  private static Map<String, List<Double>> millis(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Map.of();
    }
    return Files.readAllLines(file).stream()
        .map(line -> line.split(" "))
        .collect(
            Collectors.groupingBy(
                words -> words[0],
                Collectors.mapping(words -> Double.parseDouble(words[1]), Collectors.toList())));
  }

  /**
   * Judged by the models that came out, over several seeds: a row's loss is that of parameters some
   * of which were older, and one seed's loss differs more from another's than the modes do.
   */
  @Test
  @Tag("soak")
  void finalLossIsThatOfTheSynchronousModeThoughAWorkerIsTenTimesAsSlow() throws Exception {
    try (TestCluster real = new TestCluster(folder.resolve("cluster-real"))) {
      real.start("control,adapters");
      real.startPaced(new PacedSweeps.Pace(SHORT_SWEEP_MILLIS, 1), 3);
      real.startPaced(new PacedSweeps.Pace(10 * SHORT_SWEEP_MILLIS, 1), 1);
      double sync = 0;
      double async = 0;
      for (int seed = 0; seed < SEEDS; seed++) {
        sync += loss(real, "loss-sync-" + seed, "mode=sync", "seed=" + seed) / SEEDS;
        async += loss(real, "loss-async-" + seed, "mode=async", "seed=" + seed) / SEEDS;
      }
      System.out.printf(
          "AsyncIT: mean validation loss of %d seeds: sync %.4f, async %.4f, %+.1f %%%n",
          SEEDS, sync, async, 100 * (async / sync - 1));

      assertThat(async).isLessThanOrEqualTo(1.05 * sync);
    }
  }

  /** Validation loss at the end of a run whose rate falls to zero. */
  private static double loss(TestCluster cluster, String name, String... more) throws Exception {
    Path run = folder.resolve(name);
    List<String> settings =
        new ArrayList<>(
            List.of(
                "name=" + name,
                "training.epochs=2",
                "training.micro-batch=2",
                "selection.at=40%",
                "checkpoint.every=1000"));
    settings.addAll(List.of(more));
    WinnowProcess client = cluster.submit(run, settings.toArray(String[]::new));
    assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
    List<JsonNode> steps = steps(run);
    JsonNode evaluation = evaluation(run);
    double last = mean(steps.subList(steps.size() - LAST, steps.size()), "/loss");
    System.out.printf(
        "AsyncIT: %s: mean loss of the last %d of %d steps %.4f, staleness %.2f, evaluation %s%n",
        name, LAST, steps.size(), last, mean(steps, "/staleness/mean"), evaluation);
    return evaluation.path("loss").asDouble(Double.POSITIVE_INFINITY);
  }

  private static double mean(List<JsonNode> rows, String path) {
    return rows.stream().mapToDouble(row -> row.at(path).asDouble()).average().orElseThrow();
  }

  private static JsonNode evaluation(Path run) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    return JSON.readTree(lines.get(lines.size() - 1)).path("evaluation");
  }

  @Test
  void asynchronousModeMakesUseOfNineTenthsOfWhatTheWorkersCanDo() throws Exception {
    assertThat(share("async", 1.5, STALENESS, "mode=async", "staleness=" + STALENESS))
        .isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void synchronousModeLosesLessWhereLateSweepsAreGivenToOthers() throws Exception {
    double waiting = share("sync-waiting", 0.35, 0, "workers.straggler=off");
    double helping = share("sync", 0.5, 0);

    assertThat(helping).isGreaterThan(waiting);
  }
}
