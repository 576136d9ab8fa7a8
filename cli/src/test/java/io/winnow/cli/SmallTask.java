package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A made-up model, data that it can learn by heart, and what Winnow's commands make of them. */
final class SmallTask {
  private static final String COMMON =
      """
      name = small
      data.max-length = 48
      method { name = weightlora, rank = 4, alpha = 16, keep = 4, target-modules = all-linear }
      selection { at = 10, every = at-end }
      optimizer { kind = adamw, lr = 2e-2 }
      schedule.kind = constant
      training { steps = 20, batch-size = 4, micro-batch = 2, evaluate-every = 20 }
      """;

  private final Path folder;

  SmallTask(Path folder) {
    this.folder = folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  Path conf() {
    return path("run.conf");
  }

  Path run() {
    return path("run");
  }

  /** A file beside the configuration. */
  SmallTask file(String name, String text) throws IOException {
    Files.writeString(path(name), text);
    return this;
  }

  /** The configuration: what all tasks have, and what this one says. */
  SmallTask configured(String settings) throws IOException {
    return file("run.conf", "model.path = model\n" + COMMON + settings);
  }

  /** Trains; the loss of the last five steps is less than that of the first five. */
  SmallTask trained() throws IOException {
    succeeds("train", conf(), "--out", run());
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(run().resolve("metrics.jsonl"))) {
      JsonNode row = new ObjectMapper().readTree(line);
      if (row.has("loss")) {
        losses.add(row.path("loss").asDouble());
      }
    }
    assertThat(mean(losses.subList(15, 20))).isLessThan(mean(losses.subList(0, 5)));
    return this;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** What a command prints, which must end well. */
  String succeeds(Object... command) {
    WinnowInProcess.Ended ended = winnow(command);
    assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
    return ended.out();
  }

  /** The metrics of an eval command: these names, all finite. */
  JsonNode metrics(List<?> command, String... names) throws IOException {
    List<Object> words = new ArrayList<>(command);
    words.add("--json");
    JsonNode metrics = new ObjectMapper().readTree(succeeds(words.toArray()));
    assertThat(metrics.fieldNames()).toIterable().contains(names);
    for (String name : names) {
      assertThat(metrics.path(name).asDouble(Double.NaN)).as(name).isFinite();
    }
    return metrics;
  }

  /** The run is exported, and merged to the same metrics. */
  void livesOn(String... names) throws IOException {
    succeeds("export", run(), "--to", path("adapter"));
    assertThat(path("adapter").resolve("adapter_config.json")).isRegularFile();
    succeeds("merge", run(), "--to", path("merged"));
    JsonNode own = metrics(List.of("eval", run()), names);
    JsonNode merged = metrics(List.of("eval", path("merged"), "--config", conf()), names);
    for (String name : names) {
      assertThat(merged.path(name).asDouble())
          .as(name)
          .isCloseTo(own.path(name).asDouble(), within(1e-3));
    }
  }

  /** Lines of a table without its title. */
  static List<String> rows(String printed) {
    List<String> lines = printed.lines().toList();
    return lines.subList(1, lines.size());
  }
}
