package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TrainableSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as PEFT stores it: a folder with adapter_config.json and
 * adapter_model.safetensors. What is read has every factor resolved: W' = W + scale * B A.
 *
 * @param modules adapters by module path inside the task model
 * @param saved tensors of modules_to_save by their plain path
 * @param config adapter_config.json
 * @param origin weightlora.json; null in folders that Winnow did not write
 */
public record PeftAdapter(
    Map<String, Module> modules,
    Map<String, Saved> saved,
    JsonNode config,
    @Nullable JsonNode origin) {

  /** One adapter with omega 1: A {@code [rank, in]}, B {@code [out, rank]}, row-major. */
  public record Module(int rank, int in, int out, float scale, float[] a, float[] b) {}

  /** A tensor that was trained in full, row-major. */
  public record Saved(List<Integer> shape, float[] values) {
    public Saved {
      shape = List.copyOf(shape);
    }
  }

  /**
   * Writes what is left of a run's heads: pruned and masked ones are absent. The folder appears
   * whole or not at all; an adapter folder that stands there is replaced.
   *
   * @param spec all heads and tensors of the run, pruned ones too
   * @param layers live heads and tensors at one version
   */
  public static void export(
      Path folder, TrainableSpec spec, List<LayerParameters> layers, ExportInfo info) {
    PeftExport export = new PeftExport(spec, layers, info);
    AdapterFolder.write(folder, export::writeTo);
  }

  /**
   * Checks that {@link #export} may write to a folder.
   *
   * @throws io.winnow.model.compute.UserProblem (exit code 2) if something else is there
   */
  public static void requireFree(Path folder) {
    AdapterFolder.requireFree(folder);
  }

  /** Reads a folder that Winnow or PEFT wrote. */
  public static PeftAdapter read(Path folder) {
    return PeftImport.read(folder);
  }
}
