package io.winnow.model.nn;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/** What {@link DisentangledAttention} keeps from forward to backward. */
public final class AttentionTape {
  final Buffer q; // [rows, hidden]
  final Buffer k;
  final Buffer v;
  final Buffer positionQ; // [range, hidden]
  final Buffer positionK;
  final Buffer p; // probabilities before dropout [heads * rows, length]
  final Buffer context; // [rows, hidden]

  public AttentionTape(Workspace workspace) {
    this.q = workspace.buffer();
    this.k = workspace.buffer();
    this.v = workspace.buffer();
    this.positionQ = workspace.buffer();
    this.positionK = workspace.buffer();
    this.p = workspace.buffer();
    this.context = workspace.buffer();
  }

  /** The output of the last forward. */
  public Matrix context() {
    return context.last();
  }
}
