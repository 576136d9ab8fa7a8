package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Workspace;

/** What the layers of one network compute with; one thread's, never shared. */
public record Compute(Backend backend, Workspace workspace, Workspace.Buffer wide) {
  /** With an empty workspace. {@code wide} is scratch that no layer keeps across calls. */
  public static Compute with(Backend backend) {
    var workspace = new Workspace();
    return new Compute(backend, workspace, workspace.buffer());
  }
}
