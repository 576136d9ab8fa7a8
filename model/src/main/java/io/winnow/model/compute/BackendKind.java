package io.winnow.model.compute;

/** The arithmetics there are. */
public enum BackendKind {
  /** OpenBLAS and fused kernels. */
  CPU,
  /** ND4J operations only, on the device that ND4J runs on. */
  ND4J;

  /** A backend of this kind for one compute thread. */
  public Backend create() {
    return switch (this) {
      case CPU -> new CpuBackend();
      case ND4J -> new Nd4jBackend();
    };
  }
}
