package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Workspace;

/** What the layers of one network compute with; one thread's, never shared. */
public record Compute(
    Backend backend, Workspace workspace, Workspace.Buffer wide, Workspace.Buffer widened) {
  /**
   * With an empty workspace. {@code wide} is scratch that no layer keeps across calls, {@code
   * widened} what rows of stored matrices are widened into for one product.
   */
  public static Compute with(Backend backend) {
    var workspace = new Workspace();
    return new Compute(backend, workspace, workspace.buffer(), workspace.buffer());
  }
}
