package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.config.RunConfig;
import io.winnow.model.generate.GenerationSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How text is written: the model's own files, then what a run says, then what a command says. */
public final class WritingSettings {
  /** New tokens where nobody says how many: as lm-evaluation-harness has it. */
  private static final int USUAL_LENGTH = 256;

  private WritingSettings() {}

  /**
   * The settings of a run.
   *
   * @param ofCommand settings by name, which win over those of the run
   * @throws io.winnow.model.compute.UserProblem for an unknown name, and for values that do not fit
   */
  public static GenerationSettings of(RunConfig run, Map<String, String> ofCommand) {
    boolean pairs = run.task().kind() == RunConfig.Task.Kind.SEQ2SEQ;
    int length = pairs ? run.data().lengths().target() : USUAL_LENGTH;
    return of(ModelFacts.of(run.model().path()), length, List.of(run.generation(), ofCommand));
  }

  /** The settings of a model folder without a run. */
  public static GenerationSettings of(ModelFacts model, Map<String, String> ofCommand) {
    return of(model, USUAL_LENGTH, List.of(ofCommand));
  }

  /**
   * Where no file names a length, {@code length} new tokens are the most: transformers' default of
   * 20 tokens, prompt included, suits nobody.
   */
  private static GenerationSettings of(
      ModelFacts model, int length, List<Map<String, String>> overrides) {
    Path file = model.folder().resolve("generation_config.json");
    JsonNode own = Files.isRegularFile(file) ? JsonFiles.readObject(file) : null;
    Map<String, String> all = new TreeMap<>();
    if (!saysLength(own == null ? model.config() : own)) {
      all.put("max_new_tokens", Integer.toString(length));
    }
    overrides.forEach(settings -> settings.forEach((name, value) -> put(all, name, value)));
    return GenerationSettings.of(own, model.config(), all);
  }

  private static boolean saysLength(JsonNode settings) {
    return settings.hasNonNull("max_length") || settings.hasNonNull("max_new_tokens");
  }

  /** A length of one kind takes the place of one of the other. */
  private static void put(Map<String, String> all, String name, String value) {
    String key = name.replace('-', '_');
    if (key.equals("max_length") || key.equals("max_new_tokens")) {
      all.keySet().removeAll(List.of("max_length", "max_new_tokens"));
    }
    all.put(key, value);
  }
}
