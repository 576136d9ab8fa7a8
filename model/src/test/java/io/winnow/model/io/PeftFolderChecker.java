package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Checks an exported folder key by key against interop.md 1, without the code that reads it. */
public final class PeftFolderChecker {
  private static final List<String> FIELDS =
      List.of(
          "alpha_pattern",
          "auto_mapping",
          "base_model_name_or_path",
          "bias",
          "exclude_modules",
          "fan_in_fan_out",
          "inference_mode",
          "init_lora_weights",
          "layers_pattern",
          "layers_to_transform",
          "lora_alpha",
          "lora_dropout",
          "modules_to_save",
          "peft_type",
          "peft_version",
          "r",
          "rank_pattern",
          "revision",
          "target_modules",
          "task_type",
          "use_dora",
          "use_rslora");

  private PeftFolderChecker() {}

  /** Fails where the folder is not as PEFT writes it. */
  public static void check(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "adapter_config.json", "adapter_model.safetensors", "weightlora.json", "README.md");
    }
    JsonNode config = JsonFiles.readObject(folder.resolve("adapter_config.json"));
    checkConfig(config);
    checkText(Files.readString(folder.resolve("adapter_config.json")), config);
    try (SafeTensors weights = SafeTensors.open(folder.resolve("adapter_model.safetensors"))) {
      assertThat(weights.metadata()).containsExactly(Map.entry("format", "pt"));
      checkTensors(config, weights);
    }
  }

  private static void checkConfig(JsonNode config) {
    List<String> fields = new ArrayList<>();
    config.fieldNames().forEachRemaining(fields::add);
    assertThat(fields).isEqualTo(FIELDS);
    assertThat(config.get("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.get("bias").asText()).isEqualTo("none");
    assertThat(config.get("inference_mode").asBoolean()).isTrue();
    assertThat(config.get("use_rslora").asBoolean()).isFalse();
    assertThat(config.get("alpha_pattern")).isEmpty();
    assertThat(config.get("r").isInt()).isTrue();
    assertThat(config.get("lora_alpha")).isEqualTo(config.get("r"));
    assertThat(config.get("target_modules")).isNotEmpty();
  }

  /** Python's indentation: two spaces a level, every list entry on a line of its own. */
  private static void checkText(String text, JsonNode config) throws IOException {
    assertThat(text).startsWith("{\n  \"alpha_pattern\": {},\n  \"auto_mapping\": null,\n");
    assertThat(text).contains("  \"target_modules\": [\n    \"");
    assertThat(new ObjectMapper().readTree(text)).isEqualTo(config);
  }

  private static void checkTensors(JsonNode config, SafeTensors weights) {
    TreeSet<String> rest = new TreeSet<>(weights.names());
    for (JsonNode target : config.get("target_modules")) {
      String key = "base_model.model." + target.asText();
      long[] a = weights.shape(key + ".lora_A.weight");
      long[] b = weights.shape(key + ".lora_B.weight");
      assertThat(a).hasSize(2);
      assertThat(b).hasSize(2);
      assertThat(a[0]).isEqualTo(b[1]).isEqualTo(rank(config, target.asText()));
      assertThat(weights.dtype(key + ".lora_A.weight")).isEqualTo(DType.F32);
      rest.remove(key + ".lora_A.weight");
      rest.remove(key + ".lora_B.weight");
    }
    for (JsonNode module : config.get("modules_to_save")) {
      Pattern key = Pattern.compile("base_model\\.model\\.(.*\\.)?" + module.asText() + "\\..*");
      assertThat(rest).anyMatch(name -> key.matcher(name).matches());
      rest.removeIf(name -> key.matcher(name).matches());
    }
    assertThat(rest).as("tensors that no field announces").isEmpty();
  }

  private static int rank(JsonNode config, String module) {
    for (var entry : config.get("rank_pattern").properties()) {
      assertThat(entry.getKey()).startsWith("^").doesNotContainPattern("[^\\\\]\\.");
      if (Pattern.compile("(.*\\.)?(" + entry.getKey() + ")$").matcher(module).lookingAt()) {
        return entry.getValue().asInt();
      }
    }
    return config.get("r").asInt();
  }
}
