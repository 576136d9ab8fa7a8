package io.winnow.model.io;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** One export: folds, checks, and writes the files of the folder. */
final class PeftExport {
  private final TrainableSpec spec;
  private final ExportInfo info;
  private final Map<AdapterId, AdapterState> live = new HashMap<>();
  private final Map<String, TensorState> tensors = new TreeMap<>();
  private final List<FoldedAdapter> folded = new ArrayList<>();
  private final int rank;

  PeftExport(TrainableSpec spec, List<LayerParameters> layers, ExportInfo info) {
    this.spec = spec;
    this.info = info;
    for (LayerParameters layer : layers) {
      layer.adapters().forEach(state -> live.put(state.id(), state));
      layer.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    }
    List<AdapterSpec> survivors =
        spec.adapters().stream().filter(s -> isKept(live.get(s.id()))).toList();
    if (survivors.isEmpty()) {
      throw UserProblem.failure(
          "no adapter is left to export: every head is pruned or has omega = 0");
    }
    this.rank = info.profile() == PeftProfile.PORTABLE ? largestRank() : commonRank();
    survivors.forEach(survivor -> folded.add(fold(survivor)));
    requireFinite();
  }

  void writeTo(Path folder) {
    weights().writeFile(folder.resolve(PeftNames.WEIGHTS));
    AtomicFile.writeText(folder.resolve(PeftNames.CONFIG), PythonJson.text(config()));
    AtomicFile.writeText(folder.resolve(PeftNames.SIDE_FILE), PythonJson.text(sideFile()) + "\n");
    AtomicFile.writeText(folder.resolve(PeftNames.CARD), PeftCard.text(info, spec, folded));
  }

  private static boolean isKept(AdapterState state) {
    return state != null && !state.isMasked();
  }

  private FoldedAdapter fold(AdapterSpec survivor) {
    AdapterState state = live.get(survivor.id());
    if (info.profile() == PeftProfile.PORTABLE) {
      return FoldedAdapter.of(survivor, state, 1).paddedTo(rank);
    }
    // the reader multiplies by lora_alpha / r of this module, and lora_alpha is the common rank
    return FoldedAdapter.of(survivor, state, (double) rank / state.rank());
  }

  private int largestRank() {
    return live.values().stream()
        .filter(PeftExport::isKept)
        .mapToInt(AdapterState::rank)
        .max()
        .orElseThrow();
  }

  private int commonRank() {
    Map<Integer, Integer> counts = new TreeMap<>();
    live.values().stream()
        .filter(PeftExport::isKept)
        .forEach(state -> counts.merge(state.rank(), 1, Integer::sum));
    return counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private void requireFinite() {
    for (FoldedAdapter adapter : folded) {
      requireFinite(adapter.module() + " A", adapter.a());
      requireFinite(adapter.module() + " B", adapter.b());
    }
    tensors.forEach((name, tensor) -> requireFinite(name, tensor.values()));
  }

  private static void requireFinite(String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw UserProblem.failure(
            "not exported: " + name + " holds " + value + "; go back to an earlier checkpoint");
      }
    }
  }

  private SafeTensorsWriter weights() {
    SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
    for (FoldedAdapter adapter : folded) {
      String key = PeftNames.PREFIX + adapter.module();
      writer.floats(key + PeftNames.A, adapter.a(), adapter.rank(), adapter.in());
      writer.floats(key + PeftNames.B, adapter.b(), adapter.out(), adapter.rank());
    }
    for (TensorSpec tensor : tensorSpecs()) {
      long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
      writer.floats(PeftNames.PREFIX + tensor.name(), tensors.get(tensor.name()).values(), shape);
    }
    return writer;
  }

  private List<TensorSpec> tensorSpecs() {
    return spec.layers().stream()
        .flatMap(layer -> layer.tensors().stream())
        .filter(tensor -> tensors.containsKey(tensor.name()))
        .toList();
  }

  private Map<String, Object> config() {
    Map<String, Object> config = new TreeMap<>();
    for (String absent :
        List.of(
            "auto_mapping",
            "exclude_modules",
            "layers_pattern",
            "layers_to_transform",
            "revision")) {
      config.put(absent, null);
    }
    for (String off : List.of("fan_in_fan_out", "use_dora", "use_rslora")) {
      config.put(off, false);
    }
    config.put("alpha_pattern", Map.of());
    config.put("base_model_name_or_path", info.baseModel().name());
    config.put("bias", "none");
    config.put("inference_mode", true);
    config.put("init_lora_weights", true);
    config.put("lora_alpha", rank);
    config.put("lora_dropout", 0.0);
    config.put("modules_to_save", savedModules());
    config.put("peft_type", "LORA");
    config.put("peft_version", "0.20.0");
    config.put("r", rank);
    config.put("rank_pattern", rankPattern());
    config.put("target_modules", folded.stream().map(FoldedAdapter::module).toList());
    config.put("task_type", info.taskType());
    return config;
  }

  private List<String> savedModules() {
    TreeSet<String> modules = new TreeSet<>();
    tensors.keySet().forEach(name -> modules.add(PeftNames.savedModule(name)));
    return modules.isEmpty() ? null : List.copyOf(modules);
  }

  private Map<String, Integer> rankPattern() {
    Map<String, Integer> pattern = new TreeMap<>();
    for (FoldedAdapter adapter : folded) {
      if (adapter.rank() != rank) {
        pattern.put(RankPattern.keyOf(adapter.module()), adapter.rank());
      }
    }
    return pattern;
  }

  private Map<String, Object> sideFile() {
    Map<String, Object> side = new TreeMap<>();
    side.put("format_version", 1);
    side.put("profile", info.profile().name().toLowerCase(Locale.ROOT));
    side.put("method", info.method());
    side.put("alpha", info.alpha());
    side.put("rank", info.rank());
    side.put("keep", info.keep());
    side.put("seed", info.seed());
    side.put("step", info.step());
    side.put("num_labels", info.labels());
    side.put("label_names", info.labelNames());
    side.put("base_model", info.baseModel().name());
    side.put("base_fingerprint", info.baseModel().fingerprint());
    side.put("kept", folded.stream().map(FoldedAdapter::module).toList());
    side.put("heads", spec.adapters().stream().map(this::head).toList());
    side.put("rank_history", info.rankHistory().stream().map(PeftExport::rankChange).toList());
    return side;
  }

  private Map<String, Object> head(AdapterSpec head) {
    AdapterState state = live.get(head.id());
    Map<String, Object> entry = new TreeMap<>();
    entry.put("module", head.id().module());
    entry.put("status", state == null ? "pruned" : state.isMasked() ? "masked" : "kept");
    entry.put("omega", state == null ? 0f : state.omega());
    entry.put("rank", state == null ? 0 : state.rank());
    entry.put("scale", head.scale());
    return entry;
  }

  private static Map<String, Object> rankChange(ExportInfo.RankChange change) {
    return Map.of("step", change.step(), "module", change.module(), "rank", change.rank());
  }
}
