package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TrainableSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as PEFT stores it: a folder with adapter_config.json and
 * adapter_model.safetensors, written by PEFT, by Winnow, or by the WeightLoRA authors' code. What
 * is read has every factor resolved: W' = W + omega * scale * B A.
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

  /**
   * One adapter: A {@code [rank, in]}, B {@code [out, rank]}, row-major; omega 1 but of authors.
   */
  public record Module(int rank, int in, int out, float scale, float omega, float[] a, float[] b) {
    /**
     * Without the ranks at the end whose row of A and column of B are all 0, as the portable export
     * pads them: both of their gradients are 0, so they could never learn. One rank stays.
     */
    public Module withoutDeadRanks() {
      int alive = rank;
      while (alive > 1 && isDead(alive - 1)) {
        alive--;
      }
      if (alive == rank) {
        return this;
      }
      float[] narrowB = new float[out * alive];
      for (int o = 0; o < out; o++) {
        System.arraycopy(b, o * rank, narrowB, o * alive, alive);
      }
      float[] narrowA = Arrays.copyOf(a, alive * in);
      return new Module(alive, in, out, scale, omega, narrowA, narrowB);
    }

    private boolean isDead(int r) {
      for (int i = 0; i < in; i++) {
        if (a[r * in + i] != 0f) {
          return false;
        }
      }
      for (int o = 0; o < out; o++) {
        if (b[o * rank + r] != 0f) {
          return false;
        }
      }
      return true;
    }
  }

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

  /** SHA-256 over all that was read and has a part in results; names no files. */
  public String fingerprint() {
    return AdapterDigest.of(this);
  }

  /** Reads a folder that Winnow, PEFT or the authors' code wrote. */
  public static PeftAdapter read(Path folder) {
    return PeftImport.read(folder);
  }
}
