package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads an adapter folder; whatever would change the numbers and is not supported is refused. */
final class PeftImport {
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "fan_in_fan_out",
          "lora_bias",
          "use_qalora",
          "layer_replication",
          "trainable_token_indices",
          "target_parameters",
          "alora_invocation_tokens",
          "arrow_config");

  /** Ways to initialise that change the base's weights too, which a plain base does not have. */
  private static final List<String> CHANGE_THE_BASE =
      List.of("pissa", "olora", "corda", "loftq", "lora_ga");

  private final Path file;
  private final JsonNode config;
  private final AdapterForm form;
  private final RankPattern ranks;
  private final RankPattern alphas;

  private PeftImport(Path file, JsonNode config) {
    this.file = file;
    this.config = config;
    this.form = AdapterForm.of(config, file);
    this.ranks = RankPattern.read(config.path("rank_pattern"), file);
    this.alphas = RankPattern.read(config.path("alpha_pattern"), file);
  }

  static PeftAdapter read(Path folder) {
    Path file = folder.resolve(PeftNames.CONFIG);
    if (!Files.isRegularFile(file)) {
      throw UserProblem.failure(
          folder + " is not an adapter folder: it has no " + PeftNames.CONFIG);
    }
    PeftImport reader = new PeftImport(file, JsonFiles.readObject(file));
    reader.requireSupported();
    Path side = folder.resolve(PeftNames.SIDE_FILE);
    JsonNode origin = Files.isRegularFile(side) ? JsonFiles.readObject(side) : null;
    try (SafeTensors weights = SafeTensors.open(weightsOf(folder))) {
      return reader.read(weights, origin);
    }
  }

  private static Path weightsOf(Path folder) {
    Path weights = folder.resolve(PeftNames.WEIGHTS);
    if (Files.isRegularFile(weights) || !Files.isRegularFile(folder.resolve(PeftNames.PICKLE))) {
      return weights;
    }
    throw UserProblem.failure(
        "%1$s holds its weights as %2$s, a Python pickle: reading one can run code, so Winnow does not. Convert it once: "
                .formatted(folder, PeftNames.PICKLE)
            + "python3 -c \"import torch, safetensors.torch as s; w = torch.load('%1$s/%2$s', weights_only=True); s.save_file({k: v.contiguous().clone() for k, v in w.items()}, '%1$s/%3$s')\""
                .formatted(folder, PeftNames.PICKLE, PeftNames.WEIGHTS));
  }

  private void requireSupported() {
    String bias = config.path("bias").asText("none");
    if (!bias.equals("none")) {
      throw refused("bias is '" + bias + "', only none is read");
    }
    String init = config.path("init_lora_weights").asText("true").toLowerCase(Locale.ROOT);
    if (CHANGE_THE_BASE.stream().anyMatch(init::startsWith)) {
      throw refused(
          "init_lora_weights is '"
              + init
              + "', which changed the base's weights too; save it in PEFT as a plain LoRA first"
              + " (path_initial_model_for_weight_conversion)");
    }
    for (String field : UNSUPPORTED) {
      JsonNode value = config.path(field);
      boolean off =
          value.isMissingNode()
              || value.isNull()
              || (value.isBoolean() && !value.asBoolean())
              || (value.isContainerNode() && value.isEmpty());
      if (!off) {
        throw refused(field + " is set, which Winnow does not support");
      }
    }
  }

  private PeftAdapter read(SafeTensors weights, @Nullable JsonNode origin) {
    Map<String, PeftAdapter.Module> modules = new TreeMap<>();
    Map<String, PeftAdapter.Saved> saved = new TreeMap<>();
    for (String key : weights.names()) {
      if (!key.startsWith(PeftNames.PREFIX)) {
        throw unexpected(weights, key);
      }
      String path = key.substring(PeftNames.PREFIX.length());
      if (path.endsWith(form.a())) {
        String module = path.substring(0, path.length() - form.a().length());
        modules.put(module, module(weights, module));
      } else if (path.endsWith(form.b())) {
        requireA(weights, key, form.b());
      } else if (form.omega() != null && path.endsWith(form.omega())) {
        requireA(weights, key, form.omega());
      } else if (isSaved(path)) {
        saved.put(path, saved(weights, key));
      } else {
        throw unexpected(weights, key);
      }
    }
    return new PeftAdapter(
        Collections.unmodifiableMap(modules), Collections.unmodifiableMap(saved), config, origin);
  }

  private PeftAdapter.Module module(SafeTensors weights, String module) {
    String keyA = PeftNames.PREFIX + module + form.a();
    String keyB = PeftNames.PREFIX + module + form.b();
    requirePartner(weights, keyA, keyB);
    long[] a = weights.shape(keyA);
    long[] b = weights.shape(keyB);
    double initialRank = ranks.resolve(module, config.path("r").asDouble(8));
    requireShapes(weights, module, a, b, initialRank);
    double alpha = alphas.resolve(module, config.path("lora_alpha").asDouble(8));
    boolean rootScaled = form.knowsRootScaling() && config.path("use_rslora").asBoolean(false);
    float scale = (float) (alpha / (rootScaled ? Math.sqrt(initialRank) : initialRank));
    return form.isTransposed()
        ? new PeftAdapter.Module(
            (int) a[1],
            (int) a[0],
            (int) b[1],
            scale,
            omega(weights, module),
            transposed(weights.floats(keyA), (int) a[0]),
            transposed(weights.floats(keyB), (int) b[0]))
        : new PeftAdapter.Module(
            (int) a[0],
            (int) a[1],
            (int) b[0],
            scale,
            omega(weights, module),
            weights.floats(keyA),
            weights.floats(keyB));
  }

  private void requireShapes(
      SafeTensors weights, String module, long[] a, long[] b, double initialRank) {
    boolean fits = a.length == 2 && b.length == 2;
    if (fits) {
      long rank = form.isTransposed() ? a[1] : a[0];
      fits =
          rank > 0
              && rank == (form.isTransposed() ? b[0] : b[1])
              && (form.ranksMayGrow() || rank == initialRank);
    }
    if (!fits || !(initialRank > 0)) {
      throw UserProblem.failure(
          "%s: %s has A %s and B %s, %s says rank %.0f; %s"
              .formatted(
                  weights.what(),
                  module,
                  Arrays.toString(a),
                  Arrays.toString(b),
                  file,
                  initialRank,
                  form.layout()));
    }
  }

  private float omega(SafeTensors weights, String module) {
    if (form.omega() == null) {
      return 1f;
    }
    String key = PeftNames.PREFIX + module + form.omega();
    requirePartner(weights, PeftNames.PREFIX + module + form.a(), key);
    float[] values = weights.floats(key);
    if (values.length != 1) {
      throw UserProblem.failure(
          "%s: '%s' has %d values, omega is one".formatted(weights.what(), key, values.length));
    }
    return values[0];
  }

  /** From {@code [rows, columns]} to {@code [columns, rows]}. */
  private static float[] transposed(float[] values, int rows) {
    int columns = values.length / rows;
    float[] turned = new float[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        turned[c * rows + r] = values[r * columns + c];
      }
    }
    return turned;
  }

  private void requireA(SafeTensors weights, String key, String ending) {
    requirePartner(weights, key, key.substring(0, key.length() - ending.length()) + form.a());
  }

  private static void requirePartner(SafeTensors weights, String key, String partner) {
    if (!weights.has(partner)) {
      throw UserProblem.failure(
          weights.what() + ": there is '" + key + "' but not '" + partner + "'");
    }
  }

  private boolean isSaved(String path) {
    for (JsonNode module : config.path("modules_to_save")) {
      if (("." + path).contains("." + module.asText() + ".")) {
        return true;
      }
    }
    // PEFT adds these by itself for the task, without listing them
    return List.of("classifier", "score", "qa_outputs").contains(PeftNames.savedModule(path));
  }

  private static PeftAdapter.Saved saved(SafeTensors weights, String key) {
    List<Integer> shape = Arrays.stream(weights.shape(key)).mapToObj(Math::toIntExact).toList();
    return new PeftAdapter.Saved(shape, weights.floats(key));
  }

  private UserProblem refused(String reason) {
    return UserProblem.failure(file + ": " + reason);
  }

  private UserProblem unexpected(SafeTensors weights, String key) {
    return UserProblem.failure(
        "%s: unexpected tensor '%s'; read are LoRA adapters of linear layers (%s<module>%s and %s) and the modules of modules_to_save"
            .formatted(weights.what(), key, PeftNames.PREFIX, form.a(), form.b().substring(1)));
  }
}
