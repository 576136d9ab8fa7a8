package io.winnow.model.nn;

import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/** Memory for {@link DisentangledAttention} that no block of a network keeps across calls. */
public final class AttentionScratch {
  private final DisentangledAttention.Shape shape;
  final Buffer relative; // dropped rows [range, hidden]
  final Buffer probabilities; // dropped, one head [rows, length]
  final Buffer scores; // gradient of one head's scores [rows, length]
  final Buffer c; // content to position, one head [rows, range]
  final Buffer p; // position to content, one head [rows, range]
  final Buffer dQ; // [rows, hidden]
  final Buffer dK;
  final Buffer dV;
  final Buffer dPositionQ; // [range, hidden]
  final Buffer dPositionK;

  public AttentionScratch(Workspace workspace, DisentangledAttention.Shape shape) {
    this.shape = shape;
    this.relative = workspace.buffer();
    this.probabilities = workspace.buffer();
    this.scores = workspace.buffer();
    this.c = workspace.buffer();
    this.p = workspace.buffer();
    this.dQ = workspace.buffer();
    this.dK = workspace.buffer();
    this.dV = workspace.buffer();
    this.dPositionQ = workspace.buffer();
    this.dPositionK = workspace.buffer();
  }

  DisentangledAttention.Shape shape() {
    return shape;
  }
}
