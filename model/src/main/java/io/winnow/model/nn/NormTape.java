package io.winnow.model.nn;

import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/** Memory for one layer normalisation's tape. */
final class NormTape {
  private final Buffer normalized;
  private final Buffer rstd;

  NormTape(Workspace workspace) {
    this.normalized = workspace.buffer();
    this.rstd = workspace.buffer();
  }

  Norm.Tape of(int rows, int columns) {
    return new Norm.Tape(normalized.matrix(rows, columns), rstd.matrix(rows, 1));
  }
}
