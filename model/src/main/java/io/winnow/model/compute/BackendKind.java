package io.winnow.model.compute;

/** The arithmetics there are. */
public enum BackendKind {
  /** OpenBLAS and fused kernels. */
  CPU;

  /** A backend of this kind for one compute thread. */
  public Backend create() {
    return new CpuBackend();
  }
}
