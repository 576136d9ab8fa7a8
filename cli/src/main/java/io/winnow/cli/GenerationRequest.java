package io.winnow.cli;

import io.winnow.model.generate.Cache;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to write, and with what.
 *
 * @param source a run's folder, or a model's
 * @param adapter a PEFT adapter for a model folder; null = none
 * @param prompts what a user typed; empty where {@code data} is given
 * @param settings generation settings by name, over those of the run and of the model
 */
public record GenerationRequest(
    Path source,
    @Nullable Path adapter,
    List<String> prompts,
    @Nullable Path data,
    Map<String, String> settings,
    Cache cache) {
  public GenerationRequest {
    prompts = List.copyOf(prompts);
    settings = Map.copyOf(settings);
  }
}
