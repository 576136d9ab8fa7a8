package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a gateway tells of a run, in the words of the command line. */
final class RemoteEvents {
  private final String run;
  private final Supplier<JsonNode> standing;
  private boolean isStarted;
  private long totalSteps;

  /**
   * Events of a run.
   *
   * @param standing asks how far it is
   */
  RemoteEvents(String run, Supplier<JsonNode> standing) {
    this.run = run;
    this.standing = standing;
  }

  /** None for what the command line says nothing of, and for what ends a run. */
  List<RunEvent> of(String name, JsonNode data) {
    long step = data.path("step").asLong();
    switch (name) {
      case "began":
        return List.of(began(data, step));
      case "step":
        return List.of(step(data, step));
      case "evaluated":
        boolean isBest = data.path("best").asBoolean();
        return List.of(new RunEvent.Evaluated(step, numbers(data.path("metrics")), isBest));
      case "selected":
        return List.of(new RunEvent.Selected(step, kept(data), texts(data.path("dropped"))));
      case "checkpoint":
        return List.of(new RunEvent.CheckpointCounted(step));
      case "changed":
        Map<String, String> set = Map.of(data.path("path").asText(), data.path("value").asText());
        return List.of(new RunEvent.Steered(step, set));
      default:
        return List.of();
    }
  }

  private RunEvent began(JsonNode data, long step) {
    totalSteps = data.path("total_steps").asLong();
    if (isStarted) {
      int attempt = data.path("attempt").asInt();
      return new RunEvent.Recovered(attempt, step, data.path("reason").asText());
    }
    isStarted = true;
    JsonNode now = standing.get();
    return new RunEvent.Started(
        run, step, totalSteps, now.path("heads").asInt(), now.path("workers").asInt());
  }

  private RunEvent step(JsonNode data, long step) {
    double loss = data.path("loss").asDouble(Double.NaN);
    double gradNorm = data.path("grad_norm").asDouble(Double.NaN);
    if (data.path("skipped").asBoolean()) {
      return new RunEvent.StepSkipped(step, "loss " + loss + ", gradient norm " + gradNorm);
    }
    return new RunEvent.StepDone(
        step,
        totalSteps,
        loss,
        data.path("lr").asDouble(),
        data.path("omega_lr").asDouble(),
        gradNorm,
        data.path("tokens").asLong(),
        data.path("seconds").asDouble(),
        data.path("kept").asInt(),
        data.path("staleness").path("mean").asDouble(Double.NaN));
  }

  /** What came out. */
  static RunResults results(JsonNode data) {
    return new RunResults(
        data.path("steps").asLong(),
        data.path("seconds").asDouble(),
        numbers(data.path("metrics")),
        Math.max(0, data.path("best_step").asLong()),
        kept(data),
        texts(data.path("dropped")),
        size(data, "before"),
        size(data, "after"),
        data.path("stopped_early").asText(),
        null);
  }

  private static RunResults.Size size(JsonNode data, String when) {
    return new RunResults.Size(
        data.path("trainable_parameters").path(when).asLong(),
        0,
        data.path("optimizer_bytes").path(when).asLong());
  }

  private static SortedMap<String, Double> numbers(JsonNode object) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    object
        .fields()
        .forEachRemaining(
            field -> numbers.put(field.getKey(), field.getValue().asDouble(Double.NaN)));
    return numbers;
  }

  private static List<String> kept(JsonNode data) {
    List<String> modules = new ArrayList<>();
    data.path("kept").forEach(head -> modules.add(head.path("module").asText()));
    return modules;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
