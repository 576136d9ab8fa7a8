package io.winnow.model.arch;

import io.winnow.model.compute.BackendKind;
import org.jspecify.annotations.Nullable;

/**
 * How a run holds and computes its base.
 *
 * @param dropout hidden and attention dropout while training; null = as config.json says
 */
public record ModelOptions(
    @Nullable Float dropout, Storage storage, Activations activations, BackendKind backend) {
  /** As config.json says, in F32, all kept, on the CPU kernels. */
  public static ModelOptions defaults() {
    return new ModelOptions(null, Storage.F32, Activations.KEPT, BackendKind.CPU);
  }
}
