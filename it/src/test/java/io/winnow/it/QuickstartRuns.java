package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Short runs on the quickstart's model and data, and what their folders must hold. */
final class QuickstartRuns {
  static final int STEPS = 60;
  static final int SELECTION = 25;
  static final Path CONF = Path.of("../conf/quickstart/run.conf").toAbsolutePath().normalize();

  private static final ObjectMapper JSON = new ObjectMapper();

  private QuickstartRuns() {}

  /** Arguments of a run of {@link #STEPS} steps that selects on the way. */
  static String[] train(Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", CONF.toString(), "--out", out.toString()));
    for (String setting : settings(more)) {
      arguments.add("--set");
      arguments.add(setting);
    }
    return arguments.toArray(String[]::new);
  }

  /** What {@link #train} sets. */
  static List<String> settings(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "training.epochs=" + STEPS / 125.0,
                "selection.at=" + SELECTION,
                "training.evaluate-every=20",
                "checkpoint.every=3"));
    settings.addAll(List.of(more));
    return settings;
  }

  /**
   * Trains in a process of its own, to the end and with nothing in its way.
   *
   * @return its run folder, {@code folder/undisturbed}
   */
  static Path undisturbed(Path folder, String... more) throws IOException, InterruptedException {
    Path run = folder.resolve("undisturbed");
    try (WinnowProcess process = WinnowProcess.start(folder, train(run, more))) {
      assertThat(process.await()).as(process.printed()).isZero();
    }
    return run;
  }

  static long rows(Path run) {
    Path metrics = run.resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(metrics)) {
      return lines.filter(line -> line.contains("\"lr\"")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every step stands in metrics.jsonl once, in order. */
  static void assertEachStepOnce(Path run) throws IOException {
    assertEachStepOnce(run, STEPS);
  }

  /** The same, for a run of another number of steps. */
  static void assertEachStepOnce(Path run, int count) throws IOException {
    List<Long> steps = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode row = JSON.readTree(line);
      if (row.has("lr")) {
        steps.add(row.path("step").asLong());
      }
    }
    assertThat(steps).isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
  }

  /**
   * Every row of metrics.jsonl without what workers make of it: its duration, and bytes on the
   * wire.
   */
  static List<Map<String, Object>> results(Path run) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      Map<String, Object> row = new TreeMap<>();
      JSON.readTree(line).fields().forEachRemaining(f -> row.put(f.getKey(), f.getValue()));
      row.remove("seconds");
      row.remove("bytes");
      rows.add(row);
    }
    return rows;
  }

  /** All files of the adapter have the same bytes. */
  static void assertSameAdapter(Path run, Path other) throws IOException {
    for (String file :
        List.of("adapter_model.safetensors", "adapter_config.json", "weightlora.json")) {
      assertThat(run.resolve("adapter").resolve(file))
          .hasSameBinaryContentAs(other.resolve("adapter").resolve(file));
    }
  }
}
