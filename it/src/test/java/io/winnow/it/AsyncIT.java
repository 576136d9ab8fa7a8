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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four workers in two JVMs, one of which is ten times as slow as the others: what the two modes
 * make of it, in micro-batches per second and in loss.
 */
class AsyncIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Long enough for two cores to compute for all workers beside it. */
  private static final int SWEEP_MILLIS = 400;

  private static final int MICRO_BATCHES = 8;

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

  /** Share of what the workers can do that became steps. */
  private static double share(String name, double epochs, String... more) throws Exception {
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
    double done = MICRO_BATCHES / secondsPerStep(run);
    double possible = capacity();
    System.out.printf(
        "AsyncIT: %s: %.2f of %.2f micro-batches per second, %.2f%n",
        name, done, possible, done / possible);
    return done / possible;
  }

  private static double secondsPerStep(Path run) throws IOException {
    List<JsonNode> steps = steps(run);
    return steps.subList(EDGE, steps.size() - EDGE).stream()
        .mapToDouble(row -> row.path("seconds").asDouble())
        .average()
        .orElseThrow();
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
   * Micro-batches per second of workers that never wait, by what their sweeps took; that of the
   * slow one where all its sweeps were given up.
   */
  private static double capacity() throws IOException {
    double sum = 0;
    for (Map.Entry<Path, Integer> each : sweeps.entrySet()) {
      Map<String, Double> means =
          Files.exists(each.getKey())
              ? meanMillis(each.getKey())
              : Map.of("slow", each.getValue().doubleValue());
      sum += means.values().stream().mapToDouble(mean -> 1000 / mean).sum();
    }
    return sum;
  }

  private static Map<String, Double> meanMillis(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> line.split(" "))
        .collect(
            Collectors.groupingBy(
                words -> words[0],
                Collectors.averagingDouble(words -> Double.parseDouble(words[1]))));
  }

  @Test
  void asynchronousModeMakesUseOfNineTenthsOfWhatTheWorkersCanDo() throws Exception {
    assertThat(share("async", 1, "mode=async")).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void synchronousModeLosesLessWhereLateSweepsAreGivenToOthers() throws Exception {
    double waiting = share("sync-waiting", 0.35, "workers.straggler=off");
    double helping = share("sync", 0.5);

    assertThat(helping).isGreaterThan(waiting);
  }
}
